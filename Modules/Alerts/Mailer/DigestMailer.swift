public import Logging
import Metrics
public import Reactor
import Synchronization
public import UseCases

/// Turns waiting alerts into digests and hands them to the mail server, over and over.
///
/// Any number of mailers may share an outbox. A digest goes out at least once: one that was handed over by a mailer that
/// died before it could write that down is sent again under the same Message-ID.
public final class DigestMailer: Sendable {
    public struct Settings: Sendable {
        /// How long to wait at most before looking at the outbox without having been called (`MAIL_INTERVAL_SECONDS`).
        public var interval = Duration.seconds(30)
        /// How long a digest is this mailer's without a sign of life: what a crash costs.
        public var lease = Duration.seconds(10)
        /// How often a mail server that is away is asked whether it is back.
        public var probeInterval = Duration.seconds(10)
        /// How long a send may go on after `stop`; a program has ten seconds to end.
        public var stopLimit = Duration.seconds(7)
        public var retries = RetrySchedule()

        public init() {}
    }

    /// What one look at the outbox came to.
    public struct Pass: Hashable, Sendable {
        public internal(set) var gathered = 0
        public internal(set) var sent = 0
        public internal(set) var retried = 0
        public internal(set) var failed = 0
        /// Digests that wait for their next try, and alerts that wait to be gathered, afterwards; of `runOnce` only.
        public internal(set) var left = 0

        var isIdle: Bool { gathered + sent + retried + failed == 0 }
    }

    public let standing = MailerStatus()
    let outbox: any MailOutbox
    let transport: any EmailTransport
    let render: @Sendable (AlertDigest) -> Email
    let rules: DigestRules
    let settings: Settings
    let reactor: Reactor
    let logger: Logger
    let metrics = MailerMetrics()
    private let bell = WakeSignal()
    private let work = Mutex(Work())

    private struct Work {
        var isStopping = false
        /// The time after `stop` is over.
        var mustEnd = false
        /// Breaks off what talks to the mail server now.
        var breakOff: (@Sendable () -> Void)?
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
        // Innocent until found away.
        metrics.recordServer(isUp: true)
    }

    /// Alerts are waiting: look now.
    public func ring() { bell.ring() }

    /// Takes nothing more; a send that is under way has `Settings.stopLimit` to end.
    public func stop() {
        work.withLock { $0.isStopping = true }
        bell.ring()
        reactor.schedule(after: settings.stopLimit) { [weak self] in
            let breakOff = self?.work.withLock { work in
                work.mustEnd = true
                return work.breakOff
            }
            breakOff?()
        }
    }

    var isStopping: Bool { work.withLock { $0.isStopping } || Task.isCancelled }

    /// Runs what talks to the mail server so that `stop` can break it off, also when it begins too late.
    func talking<T: Sendable>(_ body: @escaping @Sendable () async -> T) async -> (value: T, wasCut: Bool) {
        let talk = Task { await body() }
        let mustEnd = work.withLock { work in
            work.breakOff = { talk.cancel() }
            return work.mustEnd
        }
        if mustEnd { talk.cancel() }
        let value = await withTaskCancellationHandler {
            await talk.value
        } onCancel: {
            talk.cancel()
        }
        work.withLock { $0.breakOff = nil }
        return (value, talk.isCancelled)
    }

    /// Works until `stop`, or until the task is cancelled.
    public func run() async {
        var troubles = 0
        while !isStopping {
            var pause = settings.interval
            do throws(ServiceFailure) {
                let pass = try await pass(rules)
                guard !isStopping else { break }
                pause = try await look(after: pass)
                troubles = 0
                metrics.passes.increment()
            } catch {
                troubles += 1
                metrics.brokenPasses.increment()
                pause = min(settings.interval, .seconds(min(troubles, 10)))
                logger.warning("the outbox cannot be used", metadata: ["cause": "\(error.operatorCause)"])
            }
            if !isStopping { await bell.wait(upTo: pause, on: reactor) }
        }
    }

    /// Sends what waits now, without waiting for more to gather: for a scheduler.
    public func runOnce() async throws(ServiceFailure) -> Pass {
        let rules = DigestRules(recipients: rules.recipients, window: .zero, domain: rules.domain)
        var pass = try await pass(rules)
        let backlog = try await outbox.backlog(rules)
        standing.note(backlog)
        metrics.record(backlog)
        pass.left = backlog.queuedDigests + backlog.alerts - backlog.alertsWithoutRecipients
        return pass
    }

    /// The shortest pause between two looks, and the same after one that found nothing to do although something seemed
    /// due: never a loop without a breath, whatever the outbox says.
    private static let breath = Duration.milliseconds(20)
    private static let idleBreath = Duration.seconds(1)
    /// Looks come a little after what they are for, because two clocks are never quite the same.
    private static let lateness = Duration.milliseconds(5)

    /// How long to wait until something is due by time. Asks a server that is away, or was for some mailer, whether it is
    /// back: no email is spent on that.
    private func look(after pass: Pass) async throws(ServiceFailure) -> Duration {
        var backlog = try await outbox.backlog(rules)
        var pause = settings.interval
        if standing.snapshot.serverTrouble != nil || backlog.digestsWaitingForServer > 0 {
            let (trouble, wasCut) = await talking { [transport] in await transport.probe() }
            if !wasCut { noteServer(trouble) }
            if trouble != nil {
                pause = settings.probeInterval
            } else if backlog.digestsWaitingForServer > 0 {
                try await outbox.serverRecovered()
                backlog.nextDue = .zero
            }
        }
        standing.note(backlog)
        metrics.record(backlog)
        guard let nextDue = backlog.nextDue else { return min(pause, settings.interval) }
        return min(pause, settings.interval, max(nextDue + Self.lateness, pass.isIdle ? Self.idleBreath : Self.breath))
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
