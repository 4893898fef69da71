import Domain
import Metrics
import Reactor
import Synchronization
import UseCases

/// Admission control of the write path: bounds the commands in flight and buffers those that are not yet enqueued.
final class AdmissionControl: Sendable {
    /// A command from a caller without a task, admitted but not yet enqueued.
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
    private let buffer = Mutex(Buffer())

    private struct Buffer {
        var commands: [BufferedCommand] = []
        /// The number of buffered commands at which the engine is woken.
        var wakeThreshold = 1
        /// The engine has been woken and has not drained the buffer yet.
        var wakeScheduled = false

        /// Whether the caller must wake the engine now; true once per drain.
        mutating func shouldWake() -> Bool {
            guard !wakeScheduled, commands.count >= wakeThreshold else { return false }
            wakeScheduled = true
            return true
        }
    }

    init(reactor: Reactor, capacity: Int, metrics: EngineMetrics) {
        self.reactor = reactor
        self.capacity = capacity
        self.metrics = metrics
    }

    /// Counts a command as in flight.
    /// - Returns: false when the capacity is reached; then nothing is counted.
    func admit() -> Bool {
        let count = admitted.wrappingAdd(1, ordering: .relaxed).newValue
        guard count <= capacity else {
            admitted.wrappingSubtract(1, ordering: .relaxed)
            metrics.busyQueue.increment()
            return false
        }
        metrics.recordInFlight(count)
        return true
    }

    /// Ends an admitted command and records its outcome.
    func finish(_ command: Command, _ outcome: Result<Outcome, ServiceFailure>) {
        let count = admitted.wrappingSubtract(1, ordering: .relaxed).newValue
        metrics.recordInFlight(count)
        record(command, outcome)
    }

    /// Counts an outcome in the metrics; for a command that was not admitted, call this alone.
    func record(_ command: Command, _ outcome: Result<Outcome, ServiceFailure>) {
        tally.withLock { tally in
            switch outcome {
            case .success: tally.count(command, nil)
            case .failure(let failure): tally.count(command, failure)
            }
        }
    }

    /// Adds a command to the buffer.
    /// - Returns: whether the caller must schedule a drain of the buffer.
    func append(_ command: BufferedCommand) -> Bool {
        buffer.withLock { buffer in
            buffer.commands.append(command)
            return buffer.shouldWake()
        }
    }

    /// Commands in the buffer.
    var bufferedCount: Int { buffer.withLock { $0.commands.count } }

    /// Empties the buffer and ends the scheduled wake-up.
    func takeAll() -> [BufferedCommand] {
        buffer.withLock { buffer in
            buffer.wakeScheduled = false
            guard !buffer.commands.isEmpty else { return [] }
            let taken = buffer.commands
            buffer.commands = []
            buffer.commands.reserveCapacity(taken.count)
            return taken
        }
    }

    /// Sets the number of buffered commands, at least 1, at which the engine is woken.
    /// - Returns: whether the buffer has reached it already, so that the caller must schedule a drain.
    func setWakeThreshold(_ count: Int) -> Bool {
        buffer.withLock { buffer in
            buffer.wakeThreshold = count
            return buffer.shouldWake()
        }
    }

    /// Puts an outcome into a mailbox. The mailbox's owner is woken after the current job, so that a lane answers its
    /// whole batch first.
    func deliver(_ outcome: Result<Outcome, ServiceFailure>, to mailbox: OutcomeMailbox, _ number: UInt64) {
        if mailbox.append(outcome, number: number) { reactor.post { mailbox.wake() } }
    }
}

extension AdmissionControl.BufferedCommand {
    func pending(_ records: [RecordReference]) -> PendingCommand {
        PendingCommand(
            command: command, actor: actor, once: once, records: records, submittedAt: submittedAt, reply: reply)
    }
}
