public import Domain
import Synchronization

/// Where the outcomes of commands lie until the thread that asked for them comes by: an event loop, which has no task
/// for each of its requests.
///
/// One wake-up fetches all that came in the meantime. A batch of two hundred commands wakes a loop once, not two
/// hundred times.
public final class OutcomeMailbox: Sendable {
    public typealias Letter = (number: UInt64, outcome: Result<Outcome, ServiceFailure>)

    private let letters = Mutex<[Letter]>([])
    private let wakeOwner: @Sendable () -> Void

    /// - Parameter wake: makes the owner call `takeAll` soon. Any thread calls it.
    public init(wake: @escaping @Sendable () -> Void) {
        wakeOwner = wake
    }

    /// Leaves a letter. The owner is not told: see `wake`.
    /// - Parameter number: the owner's, by which it knows what it asked.
    /// - Returns: whether it is the first one since `takeAll`, and the owner has to be told.
    public func put(_ number: UInt64, _ outcome: Result<Outcome, ServiceFailure>) -> Bool {
        letters.withLock { letters in
            letters.append((number, outcome))
            return letters.count == 1
        }
    }

    public func wake() { wakeOwner() }

    /// All letters, in the order in which they were left.
    public func takeAll() -> [Letter] {
        letters.withLock { letters in
            let taken = letters
            letters = []
            letters.reserveCapacity(taken.count)
            return taken
        }
    }
}
