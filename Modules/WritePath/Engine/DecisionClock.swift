import Synchronization

/// Counts decided batches over all lanes of the process. A lane holds its records from before it asks until after its
/// commit, so the numbers are an order in which the batches could have run one after the other.
enum DecisionClock {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        last.add(1, ordering: .relaxed).newValue
    }
}
