public import Logging
import Metrics
public import Reactor
import Synchronization
public import UseCases

/// Turns waiting alerts into digests and hands them to the mail server, over and over.
///
/// Any number of mailers may share an outbox. A digest is sent at least once: if a mailer dies after handing a digest
/// over and before recording it, the digest is sent again under the same Message-ID.
public final class DigestMailer: Sendable {
    public struct Settings: Sendable {
        /// The longest wait between two passes without a wake-up (`MAIL_INTERVAL_SECONDS`).
        public var interval = Duration.seconds(30)
        /// How long a digest stays claimed without a renewal: the delay that a crash costs.
        public var lease = Duration.seconds(10)
        /// How often a mail server that is unavailable is probed.
        public var probeInterval = Duration.seconds(10)
        /// How long a send may continue after `stop`; a program has ten seconds to end.
        public var stopLimit = Duration.seconds(7)
        public var retries = RetrySchedule()

        public init() {}
    }

    /// The result of one pass over the outbox.
    public struct Pass: Hashable, Sendable {
        public internal(set) var gathered = 0
        public internal(set) var sent = 0
        public internal(set) var retried = 0
        public internal(set) var failed = 0
        /// Digests that wait for their next attempt and alerts that wait to be gathered after the pass; set by
        /// `runOnce` only.
        public internal(set) var left = 0

        var isIdle: Bool { gathered + sent + retried + failed == 0 }
    }

    public let status = MailerStatus()
    let outbox: any MailOutbox
    let transport: any EmailTransport
    let render: @Sendable (AlertDigest) -> Email
    let rules: DigestRules
    let settings: Settings
    let reactor: Reactor
    let logger: Logger
    let metrics = MailerMetrics()
    private let wakeSignal = WakeSignal()
    private let work = Mutex(Work())

    private struct Work {
        var isStopping = false
        /// `Settings.stopLimit` has passed since `stop`.
        var isPastStopLimit = false
        /// Cancels the running conversation with the mail server.
        var cancelConversation: (@Sendable () -> Void)?
    }

    public init(
        outbox: any MailOutbox, transport: any EmailTransport, rules: DigestRules, settings: Settings,
        reactor: Reactor, logger: Logger, render: @escaping @Sendable (AlertDigest) -> Email
    ) {
        self.outbox = outbox
        self.transport = transport
        self.rules = rules
        self.settings = settings
        self.reactor = reactor
        self.logger = logger
        self.render = render
        // Assumed available until an attempt fails.
        metrics.recordServer(isUp: true)
    }

    /// Starts a pass now, because alerts are waiting.
    public func wake() { wakeSignal.signal() }

    /// Starts no further send; one in progress has `Settings.stopLimit` to end.
    public func stop() {
        work.withLock { $0.isStopping = true }
        wakeSignal.signal()
        reactor.schedule(after: settings.stopLimit) { [weak self] in
            let cancelConversation = self?.work.withLock { work in
                work.isPastStopLimit = true
                return work.cancelConversation
            }
            cancelConversation?()
        }
    }

    var isStopping: Bool { work.withLock { $0.isStopping } || Task.isCancelled }

    /// Runs a conversation with the mail server so that `stop` can cancel it, also when it begins after the limit.
    func conversing<T: Sendable>(_ body: @escaping @Sendable () async -> T) async -> (value: T, wasCancelled: Bool) {
        let conversation = Task { await body() }
        let isPastStopLimit = work.withLock { work in
            work.cancelConversation = { conversation.cancel() }
            return work.isPastStopLimit
        }
        if isPastStopLimit { conversation.cancel() }
        let value = await withTaskCancellationHandler {
            await conversation.value
        } onCancel: {
            conversation.cancel()
        }
        work.withLock { $0.cancelConversation = nil }
        return (value, conversation.isCancelled)
    }

    /// Works until `stop`, or until the task is cancelled.
    public func run() async {
        var failuresInARow = 0
        while !isStopping {
            var pause = settings.interval
            do throws(ServiceFailure) {
                let pass = try await pass(rules)
                guard !isStopping else { break }
                pause = try await pauseBeforeNextPass(after: pass)
                failuresInARow = 0
                metrics.passes.increment()
            } catch {
                failuresInARow += 1
                metrics.brokenPasses.increment()
                pause = min(settings.interval, .seconds(min(failuresInARow, 10)))
                logger.warning("the outbox cannot be used", metadata: ["cause": "\(error.operatorCause)"])
            }
            if !isStopping { await wakeSignal.wait(upTo: pause, on: reactor) }
        }
    }

    /// Sends the waiting alerts now, without a gathering window: for use by a scheduler.
    public func runOnce() async throws(ServiceFailure) -> Pass {
        let rules = DigestRules(recipients: rules.recipients, window: .zero, domain: rules.domain)
        var pass = try await pass(rules)
        let backlog = try await outbox.backlog(rules)
        status.note(backlog)
        metrics.record(backlog)
        pass.left = backlog.queuedDigests + backlog.alerts - backlog.alertsWithoutRecipients
        return pass
    }

    /// The shortest pause between two passes, and the same after a pass that found nothing to do although something
    /// seemed due. They keep the loop from spinning, whatever the outbox says.
    private static let minimumPause = Duration.milliseconds(20)
    private static let idlePause = Duration.seconds(1)
    /// A pass comes slightly after the due time, because the two machines' clocks differ a little.
    private static let clockTolerance = Duration.milliseconds(5)

    /// How long to wait until the next digest is due. Probes a server that is unavailable, or was for another mailer; a
    /// probe sends no email.
    private func pauseBeforeNextPass(after pass: Pass) async throws(ServiceFailure) -> Duration {
        var backlog = try await outbox.backlog(rules)
        var pause = settings.interval
        if status.snapshot.serverTrouble != nil || backlog.digestsWaitingForServer > 0 {
            let (trouble, wasCancelled) = await conversing { [transport] in await transport.probe() }
            if !wasCancelled { recordServerState(trouble) }
            if trouble != nil {
                pause = settings.probeInterval
            } else if backlog.digestsWaitingForServer > 0 {
                try await outbox.serverRecovered()
                backlog.nextDue = .zero
            }
        }
        status.note(backlog)
        metrics.record(backlog)
        guard let nextDue = backlog.nextDue else { return min(pause, settings.interval) }
        return min(
            pause, settings.interval,
            max(nextDue + Self.clockTolerance, pass.isIdle ? Self.idlePause : Self.minimumPause))
    }
}

extension ServiceFailure {
    /// For the log.
    var operatorCause: String {
        switch self {
        case .unavailable(let cause), .internalFault(let cause): cause
        default: "\(self)"
        }
    }
}
