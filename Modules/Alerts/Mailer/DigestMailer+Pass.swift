import Logging
import Metrics
import Reactor
import UseCases

/// One pass over the outbox: digest after digest, until nothing is due.
extension DigestMailer {
    /// Gathers and sends until nothing is due.
    func pass(_ rules: DigestRules) async throws(ServiceFailure) -> Pass {
        var pass = Pass()
        var isServerBack = false
        while !isStopping {
            // Gather again before each send: an alert raised meanwhile must not wait behind a long queue.
            pass.gathered += try await outbox.gather(rules)
            guard let claim = try await outbox.claim(lease: settings.lease) else { break }
            // Claiming takes time too; a mailer that has lost the claim meanwhile must not send.
            guard try await outbox.renew(claim, lease: settings.lease) else { continue }
            let started = ContinuousClock.now
            let report = isStopping ? nil : await send(claim)
            metrics.sending.record(duration: ContinuousClock.now - started)
            guard let report else {
                try await outbox.release(claim)
                break
            }
            let verdict = DigestVerdict(
                report, on: claim.digest, schedule: settings.retries, random: .random(in: 0..<1))
            count(verdict, of: claim.digest, in: &pass)
            await settle(claim, verdict)
            if report.delay?.kind == .server {
                // Other digests would fail the same way. A probe finds out when the server is back.
                recordServerState(report.delay)
                break
            }
            // Any answer shows that the server is back, so the digests of all mailers that wait for it become due.
            if !isServerBack, !report.delivered.isEmpty || report.delay != nil {
                isServerBack = true
                recordServerState(nil)
                try await outbox.serverRecovered()
            }
        }
        return pass
    }

    /// - Returns: nil when this mailer was stopped before the server had accepted anything.
    private func send(_ claim: ClaimedDigest) async -> DeliveryReport? {
        guard !claim.digest.pending.isEmpty else { return DeliveryReport() }
        let email = render(claim.digest)
        let renewing = Task { await renewRepeatedly(claim) }
        let (report, wasCancelled) = await conversing { [transport] in
            await transport.send(email, to: claim.digest.pending)
        }
        renewing.cancel()
        if wasCancelled, report.delivered.isEmpty, report.refused.isEmpty { return nil }
        return report
    }

    /// Renews the claim for as long as the send takes. A claim that is lost anyway costs a second copy at worst.
    private func renewRepeatedly(_ claim: ClaimedDigest) async {
        while !Task.isCancelled {
            await reactor.sleep(for: settings.lease / 3)
            guard !Task.isCancelled else { return }
            if (try? await outbox.renew(claim, lease: settings.lease)) == false { return }
        }
    }

    /// How often recording an attempt's outcome is retried while the database is away. After that the lease runs out,
    /// and the digest is sent again under the same Message-ID.
    private static let settleLimit = 10

    private func settle(_ claim: ClaimedDigest, _ verdict: DigestVerdict) async {
        for attempt in 1...Self.settleLimit {
            do throws(ServiceFailure) {
                try await outbox.settle(
                    claim, delivered: verdict.delivered, refused: verdict.refused, verdict.outcome)
                return
            } catch {
                logger.error(
                    "the outcome of a digest cannot be recorded",
                    metadata: [
                        "email": "\(claim.digest.id)", "attempt": "\(attempt)", "cause": "\(error.operatorCause)",
                    ])
                // There is little time left to stop; the lease will run out by itself.
                if isStopping, attempt > 1 { return }
                await reactor.sleep(for: .milliseconds(200 * attempt))
            }
        }
    }

    // MARK: Reporting

    func recordServerState(_ trouble: DeliveryReport.Delay?) {
        if (status.snapshot.serverTrouble == nil) != (trouble == nil) {
            logger.notice(
                trouble == nil ? "the mail server is back" : "the mail server is unavailable",
                metadata: trouble.map { ["cause": "\($0.reason)"] } ?? [:])
        }
        status.note(serverTrouble: trouble)
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
        case .retry(let pause, let reason, _):
            pass.retried += 1
            metrics.retried.increment()
            metadata["cause"] = "\(reason)"
            metadata["again_in"] = "\(pause)"
            logger.warning("digest not delivered yet", metadata: metadata)
        case .failed(let reason):
            pass.failed += 1
            metrics.failed.increment()
            metadata["cause"] = "\(reason)"
            logger.error("digest failed: an operator must look at it", metadata: metadata)
        }
    }
}
