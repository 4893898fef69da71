import Domain
import Metrics
import Reactor
import Synchronization
import UseCases

/// The door of the write path: how many commands are inside, who came in and waits to be led on, and who leaves.
final class AdmissionControl: Sendable {
    /// A command that came without a task.
    struct BufferedCommand: Sendable {
        let command: Command
        let actor: String
        let once: Once<Outcome>?
        let submittedAt: ContinuousClock.Instant
        let reply: PendingCommand.Reply
    }

    private let reactor: Reactor
    private let capacity: Int
    private let metrics: EngineMetrics
    private let admitted = Atomic<Int>(0)
    private let tally = Mutex(CommandTally())
    private let hall = Mutex(Buffer())

    /// Where guests wait to be led on.
    private struct Buffer {
        var guests: [BufferedCommand] = []
        /// At so many guests somebody is called.
        var callCount = 1
        /// Somebody has been called and will come.
        var isCalled = false

        mutating func calls() -> Bool {
            guard !isCalled, guests.count >= callCount else { return false }
            isCalled = true
            return true
        }
    }

    init(reactor: Reactor, capacity: Int, metrics: EngineMetrics) {
        self.reactor = reactor
        self.capacity = capacity
        self.metrics = metrics
    }

    /// - Returns: false when the house is full; then nothing is counted.
    func enter() -> Bool {
        let count = admitted.wrappingAdd(1, ordering: .relaxed).newValue
        guard count <= capacity else {
            admitted.wrappingSubtract(1, ordering: .relaxed)
            metrics.busyQueue.increment()
            return false
        }
        metrics.recordInFlight(count)
        return true
    }

    /// One that has entered has its outcome.
    func leave(_ command: Command, _ outcome: Result<Outcome, ServiceFailure>) {
        let count = admitted.wrappingSubtract(1, ordering: .relaxed).newValue
        metrics.recordInFlight(count)
        tell(command, outcome)
    }

    /// Counts the outcome of one that was not let in.
    func tell(_ command: Command, _ outcome: Result<Outcome, ServiceFailure>) {
        tally.withLock { tally in
            switch outcome {
            case .success: tally.count(command, nil)
            case .failure(let failure): tally.count(command, failure)
            }
        }
    }

    /// - Returns: whether somebody must be called to take the guests.
    func seat(_ guest: BufferedCommand) -> Bool {
        hall.withLock { hall in
            hall.guests.append(guest)
            return hall.calls()
        }
    }

    /// Those who wait to be led on.
    var guestCount: Int { hall.withLock { $0.guests.count } }

    /// Whoever is called has come.
    func takeAll() -> [BufferedCommand] {
        hall.withLock { hall in
            hall.isCalled = false
            guard !hall.guests.isEmpty else { return [] }
            let taken = hall.guests
            hall.guests = []
            hall.guests.reserveCapacity(taken.count)
            return taken
        }
    }

    /// Says at how many guests somebody is to be called from now on, at least 1.
    /// - Returns: whether there are so many already, and somebody must be called.
    func call(at count: Int) -> Bool {
        hall.withLock { hall in
            hall.callCount = count
            return hall.calls()
        }
    }

    /// Leaves an outcome, and has the mailbox's owner woken when what runs now is done: a lane answers its whole batch
    /// before anybody is woken.
    func deliver(_ outcome: Result<Outcome, ServiceFailure>, to mailbox: OutcomeMailbox, _ number: UInt64) {
        if mailbox.append(outcome, number: number) { reactor.post { mailbox.wake() } }
    }
}

extension AdmissionControl.BufferedCommand {
    func ticket(_ records: [RecordReference]) -> PendingCommand {
        PendingCommand(
            command: command, actor: actor, once: once, records: records, submittedAt: submittedAt, reply: reply)
    }
}
