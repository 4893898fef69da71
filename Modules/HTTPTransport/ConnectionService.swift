import Domain
import HTTPCore
import Logging
import Metrics
import NIOCore
import UseCases

/// What all connections of one event loop share. Lives on it.
final class ConnectionService {
    let pipeline: RequestPipeline
    let limits: TransportLimits
    let metrics: TransportMetrics
    let logger: Logger
    private let requests: RequestsInFlight
    private let eventLoop: any EventLoop
    private let executor: LoopExecutor
    private var watched: [ObjectIdentifier: any Watched] = [:]
    private var lagDue: NIODeadline
    private var dateSecond: Int64 = 0
    private var dateText = ""
    /// Where outcomes come for the requests that run without a task.
    private lazy var mailbox = makeMailbox()
    private var waiting: [UInt64: (Result<Outcome, ServiceFailure>) -> Void] = [:]
    private var lastNumber: UInt64 = 0
    /// Asks the cache for the requests that read without a task.
    private lazy var reads = CacheReadBatcher(eventLoop: eventLoop)

    /// To be called on the event loop.
    init(
        pipeline: RequestPipeline,
        requests: RequestsInFlight,
        limits: TransportLimits,
        metrics: TransportMetrics,
        logger: Logger,
        eventLoop: any EventLoop
    ) {
        self.pipeline = pipeline
        self.requests = requests
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
        executor = LoopExecutor(eventLoop)
        lagDue = .now() + Self.lagInterval
        self.eventLoop = eventLoop
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        let tick = TimeAmount(limits.tick)
        eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in box.value.check(.now()) }
        eventLoop.scheduleRepeatedTask(initialDelay: Self.lagInterval, delay: Self.lagInterval) { _ in
            box.value.noteLag(.now())
        }
    }

    // MARK: Time

    /// Between two looks at how late the loop is: often enough to meet most stalls that a caller would feel.
    private static let lagInterval = TimeAmount.milliseconds(100)

    private func noteLag(_ now: NIODeadline) {
        metrics.loopLag.recordNanoseconds(max(0, (now - lagDue).nanoseconds))
        lagDue = now + Self.lagInterval
    }

    /// One look at all connections each tick costs less than a timer for each request.
    func watch(_ one: any Watched) {
        watched[ObjectIdentifier(one)] = one
    }

    func unwatch(_ one: any Watched) {
        watched[ObjectIdentifier(one)] = nil
    }

    private func check(_ now: NIODeadline) {
        for one in watched.values { one.check(now) }
    }

    /// Now, as the `Date` header has it; made anew each second.
    var date: String {
        let second = HTTPDate.currentSecond()
        if second != dateSecond {
            dateSecond = second
            dateText = HTTPDate.text(second)
        }
        return dateText
    }

    // MARK: Requests

    /// Runs a task of a request on the event loop, at once; the server does not end before it.
    /// - Returns: nil when too many requests are in flight; then nothing is run.
    func run(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never>? {
        guard requests.enter() else { return nil }
        return runCounted(operation)
    }

    /// The same for a request that counts already.
    func runCounted(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        let requests = requests
        return executor.run {
            await operation()
            requests.leave()
        }
    }

    /// Asks the cache a plan's question and goes on with what it has, on the event loop; the server does not end before
    /// it.
    /// - Parameter answer: says whether the request is done; else it goes on by `runCounted`.
    /// - Returns: false when too many requests are in flight; then nothing is asked.
    func ask(_ plan: ReadPlan, _ answer: @escaping (CacheFinding) -> Bool) -> Bool {
        guard requests.enter() else { return false }
        let requests = requests
        reads.ask(plan) { finding in
            if answer(finding) { requests.leave() }
        }
        return true
    }

    /// Sends a plan's command and goes on with its outcome, on the event loop; the server does not end before it.
    /// - Returns: false when too many requests are in flight; then nothing is sent.
    func carryOut(_ plan: CommandPlan, _ answer: @escaping (Result<Outcome, ServiceFailure>) -> Void) -> Bool {
        guard requests.enter() else { return false }
        lastNumber += 1
        waiting[lastNumber] = answer
        plan.send(mailbox, lastNumber)
        return true
    }

    private func makeMailbox() -> OutcomeMailbox {
        // Weak, or the mailbox would keep what keeps it.
        let owner = NIOLoopBound(WeakService(service: self), eventLoop: eventLoop)
        return OutcomeMailbox { [eventLoop] in eventLoop.execute { owner.value.service?.openMail() } }
    }

    private func openMail() {
        for (number, outcome) in mailbox.takeAll() {
            guard let answer = waiting.removeValue(forKey: number) else { continue }
            answer(outcome)
            requests.leave()
        }
    }

    /// - Returns: false when the bodies of all connections take too much; then nothing is counted.
    func holdBody(_ bytes: Int) -> Bool { requests.hold(bytes) }

    func releaseBody(_ bytes: Int) { requests.release(bytes) }
}

private struct WeakService {
    weak var service: ConnectionService?
}
