/// An instant as the queue stores it. The layout of `ContinuousClock.Instant` is known only at run time, so that copying
/// an item that holds one would go through its type's witness tables.
struct QueueTime: Comparable {
    private static let start = ContinuousClock.now
    private let sinceStart: Duration

    init(_ instant: ContinuousClock.Instant) {
        sinceStart = Self.start.duration(to: instant)
    }

    var instant: ContinuousClock.Instant { Self.start + sinceStart }

    static func < (left: Self, right: Self) -> Bool { left.sinceStart < right.sinceStart }
}
