import Synchronization

/// Numbers decided batches across all lanes of the process. A lane locks its records before it takes a number and until
/// after its commit, so the numbers are a valid serial order of the batches.
enum DecisionClock {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        last.add(1, ordering: .relaxed).newValue
    }
}
