public import Domain
import Synchronization

/// Collects the outcomes of commands until the thread that submitted them takes them: an event loop, which has no task
/// for each of its requests.
///
/// One wake-up takes all outcomes that have arrived. A batch of two hundred commands wakes a loop once, not two hundred
/// times.
public final class OutcomeMailbox: Sendable {
    /// An outcome with the number that the owner gave to its command.
    public typealias NumberedOutcome = (number: UInt64, outcome: Result<Outcome, ServiceFailure>)

    private let outcomes = Mutex<[NumberedOutcome]>([])
    private let wakeOwner: @Sendable () -> Void

    /// - Parameter wake: makes the owner call `takeAll` soon. Any thread calls it.
    public init(wake: @escaping @Sendable () -> Void) {
        wakeOwner = wake
    }

    /// Adds an outcome, but does not wake the owner.
    /// - Returns: whether it is the first one since `takeAll`: the caller must then call `wake`.
    public func append(_ outcome: Result<Outcome, ServiceFailure>, number: UInt64) -> Bool {
        outcomes.withLock { outcomes in
            outcomes.append((number, outcome))
            return outcomes.count == 1
        }
    }

    public func wake() { wakeOwner() }

    /// Removes and returns all outcomes, in the order in which they were added.
    public func takeAll() -> [NumberedOutcome] {
        outcomes.withLock { outcomes in
            let taken = outcomes
            outcomes = []
            outcomes.reserveCapacity(taken.count)
            return taken
        }
    }
}
