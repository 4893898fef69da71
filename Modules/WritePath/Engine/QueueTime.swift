/// A moment as the queue keeps it. The layout of `ContinuousClock.Instant` is known only when the program runs, which
/// makes every copy of an item a walk through its type's tables.
struct QueueTime: Comparable {
    private static let start = ContinuousClock.now
    private let sinceStart: Duration

    init(_ instant: ContinuousClock.Instant) {
        sinceStart = Self.start.duration(to: instant)
    }

    var instant: ContinuousClock.Instant { Self.start + sinceStart }

    static func < (left: Self, right: Self) -> Bool { left.sinceStart < right.sinceStart }
}
