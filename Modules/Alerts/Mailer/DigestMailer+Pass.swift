import Logging
import Metrics
import Reactor
import UseCases

/// One look at the outbox: digest after digest, until nothing is due.
extension DigestMailer {
    /// Gathers and sends until nothing is due.
    func pass(_ rules: DigestRules) async throws(ServiceFailure) -> Pass {
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
                try await outbox.release(claim)
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
                try await outbox.serverRecovered()
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

    func noteServer(_ trouble: DeliveryReport.Delay?) {
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
