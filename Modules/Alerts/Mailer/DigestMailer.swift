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
        var sending: Task<DeliveryReport, Never>?
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
            self?.work.withLock { $0.sending }?.cancel()
        }
    }

    private var isStopping: Bool { work.withLock { $0.isStopping } }

    /// Works until `stop`.
    public func run() async {
        var troubles = 0
        while !isStopping {
            var pause = settings.interval
            do throws(ServiceFailure) {
                _ = try await pass(rules)
                try await look(for: &pause)
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
        let pass = try await pass(rules)
        let backlog = try await outbox.backlog(rules)
        standing.note(backlog)
        metrics.record(backlog)
        return pass
    }

    /// Shortens the pause until something is due by time, and asks a server that is away whether it is back.
    private func look(for pause: inout Duration) async throws(ServiceFailure) {
        var backlog = try await outbox.backlog(rules)
        if standing.snapshot.serverTrouble != nil, backlog.queuedDigests > 0 {
            if await transport.probe() == nil {
                noteServer(nil)
                try await outbox.serverIsBack()
                backlog.nextDue = .zero
            } else {
                pause = min(pause, settings.probeInterval)
            }
        }
        standing.note(backlog)
        metrics.record(backlog)
        // Never a loop without a breath, whatever the outbox says.
        if let nextDue = backlog.nextDue { pause = min(pause, max(nextDue, .milliseconds(20))) }
    }

    // MARK: One look

    private func pass(_ rules: DigestRules) async throws(ServiceFailure) -> Pass {
        var pass = Pass()
        while !isStopping {
            // Again before each send: what was raised meanwhile must not wait behind a long queue.
            pass.gathered += try await outbox.gather(rules)
            guard let claim = try await outbox.claim(lease: settings.lease) else { break }
            let started = ContinuousClock.now
            let report = await send(claim)
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
            if standing.snapshot.serverTrouble != nil {
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
        let sending = Task { await transport.send(email, to: claim.digest.pending) }
        work.withLock { $0.sending = sending }
        let renewing = Task { await keep(claim) }
        let report = await sending.value
        renewing.cancel()
        work.withLock { $0.sending = nil }
        if sending.isCancelled, report.delivered.isEmpty, report.refused.isEmpty { return nil }
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
                if isStopping, attempt > 3 { return }
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
