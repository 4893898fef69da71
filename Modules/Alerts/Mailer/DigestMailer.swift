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

    public let standing = MailerStanding()
    let outbox: any MailOutbox
    let transport: any EmailTransport
    let render: @Sendable (AlertDigest) -> Email
    let rules: DigestRules
    let settings: Settings
    let reactor: Reactor
    let logger: Logger
    let metrics = MailerMetrics()
    private let bell = Bell()
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

    private var isStopping: Bool { work.withLock { $0.isStopping } || Task.isCancelled }

    /// Runs what talks to the mail server so that `stop` can break it off, also when it begins too late.
    private func talking<T: Sendable>(_ body: @escaping @Sendable () async -> T) async -> (value: T, wasCut: Bool) {
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
            } catch {
                troubles += 1
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
                try await outbox.serverIsBack()
                backlog.nextDue = .zero
            }
        }
        standing.note(backlog)
        metrics.record(backlog)
        guard let nextDue = backlog.nextDue else { return min(pause, settings.interval) }
        return min(pause, settings.interval, max(nextDue + Self.lateness, pass.isIdle ? Self.idleBreath : Self.breath))
    }

    // MARK: One look

    private func pass(_ rules: DigestRules) async throws(ServiceFailure) -> Pass {
        var pass = Pass()
        var isServerBack = false
        while !isStopping {
            // Again before each send: what was raised meanwhile must not wait behind a long queue.
            pass.gathered += try await outbox.gather(rules)
            guard let claim = try await outbox.claim(lease: settings.lease) else { break }
            // The claim took its time as well; whoever has lost it meanwhile must not send.
            guard try await outbox.renew(claim, lease: settings.lease) else { continue }
            let started = ContinuousClock.now
            let report = isStopping ? nil : await send(claim)
            metrics.sending.record(duration: ContinuousClock.now - started)
            guard let report else {
                try await outbox.giveBack(claim)
                break
            }
            let verdict = DigestVerdict(
                report, on: claim.digest, schedule: settings.retries, random: .random(in: 0..<1))
            count(verdict, of: claim.digest, in: &pass)
            await settle(claim, verdict)
            if report.delay?.kind == .server {
                // The others would fare alike. A probe finds out when it is back.
                noteServer(report.delay)
                break
            }
            // Whatever it said, it talked: what waits for it, of any mailer, need not wait longer.
            if !isServerBack, !report.delivered.isEmpty || report.delay != nil {
                isServerBack = true
                noteServer(nil)
                try await outbox.serverIsBack()
            }
        }
        return pass
    }

    /// - Returns: nil when this mailer was told to stop before the server had taken anything.
    private func send(_ claim: ClaimedDigest) async -> DeliveryReport? {
        guard !claim.digest.pending.isEmpty else { return DeliveryReport() }
        let email = render(claim.digest)
        let renewing = Task { await keep(claim) }
        let (report, wasCut) = await talking { [transport] in
            await transport.send(email, to: claim.digest.pending)
        }
        renewing.cancel()
        if wasCut, report.delivered.isEmpty, report.refused.isEmpty { return nil }
        return report
    }

    /// Renews the claim for as long as the server takes. One that is lost all the same costs a second copy at worst.
    private func keep(_ claim: ClaimedDigest) async {
        while !Task.isCancelled {
            await reactor.sleep(for: settings.lease / 3)
            guard !Task.isCancelled else { return }
            if (try? await outbox.renew(claim, lease: settings.lease)) == false { return }
        }
    }

    /// How often a try's end is written down again when the database is away; then the lease runs out, and the digest
    /// goes out once more under the same Message-ID.
    private static let settleLimit = 10

    private func settle(_ claim: ClaimedDigest, _ verdict: DigestVerdict) async {
        for attempt in 1...Self.settleLimit {
            do throws(ServiceFailure) {
                try await outbox.settle(
                    claim, delivered: verdict.delivered, refused: verdict.refused, verdict.outcome)
                return
            } catch {
                logger.error(
                    "a digest's end cannot be written down",
                    metadata: [
                        "email": "\(claim.digest.id)", "attempt": "\(attempt)", "cause": "\(error.operatorCause)",
                    ])
                // Time is short; the lease says the rest.
                if isStopping, attempt > 1 { return }
                await reactor.sleep(for: .milliseconds(200 * attempt))
            }
        }
    }

    // MARK: Telling

    private func noteServer(_ trouble: DeliveryReport.Delay?) {
        if (standing.snapshot.serverTrouble == nil) != (trouble == nil) {
            logger.notice(
                trouble == nil ? "the mail server is back" : "the mail server cannot be written to",
                metadata: trouble.map { ["cause": "\($0.words)"] } ?? [:])
        }
        standing.note(serverTrouble: trouble)
        metrics.recordServer(isUp: trouble == nil)
    }

    private func count(_ verdict: DigestVerdict, of digest: AlertDigest, in pass: inout Pass) {
        var metadata: Logger.Metadata = [
            "email": "\(digest.id)", "alerts": "\(digest.lines.count)", "attempt": "\(digest.attempts + 1)",
        ]
        switch verdict.outcome {
        case .sent:
            pass.sent += 1
            metrics.sent.increment()
            metrics.alertsSent.increment(by: digest.lines.count)
            logger.info("digest sent", metadata: metadata)
        case .retry(let pause, let words, _):
            pass.retried += 1
            metrics.retried.increment()
            metadata["cause"] = "\(words)"
            metadata["again_in"] = "\(pause)"
            logger.warning("digest not delivered yet", metadata: metadata)
        case .failed(let words):
            pass.failed += 1
            metrics.failed.increment()
            metadata["cause"] = "\(words)"
            logger.error("digest failed: an operator has to look at it", metadata: metadata)
        }
    }
}

extension ServiceFailure {
    /// For the log.
    fileprivate var operatorCause: String {
        switch self {
        case .unavailable(let cause), .internalFault(let cause): cause
        default: "\(self)"
        }
    }
}
