import Synchronization

/// A counter that threads share. `#expect` cannot capture an `Atomic`, which is not copyable.
final class Count: Sendable {
    private let atomic = Atomic(0)

    var value: Int { atomic.load(ordering: .relaxed) }

    @discardableResult
    func add(_ number: Int = 1) -> Int { atomic.add(number, ordering: .relaxed).newValue }
}
