/// An instant as the queue stores it. The layout of `ContinuousClock.Instant` is known only at run time, so that copying
/// an item that holds one would go through its type's witness tables.
@usableFromInline
struct QueueTime: Comparable, Sendable {
    @usableFromInline static let start = ContinuousClock.now
    @usableFromInline let sinceStart: Duration

    @inlinable
    init(_ instant: ContinuousClock.Instant) {
        sinceStart = Self.start.duration(to: instant)
    }

    @inlinable var instant: ContinuousClock.Instant { Self.start + sinceStart }

    @inlinable
    static func < (left: Self, right: Self) -> Bool { left.sinceStart < right.sinceStart }
}
