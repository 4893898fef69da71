import Reactor
public import UseCases

/// Sends emails to a mail server over SMTP, on its own thread because libcurl blocks. Emails of several callers are
/// sent one after another. A connection is kept for a few seconds, so that a backlog does not sign in for every email.
public final class SMTPTransport: EmailTransport {
    private let thread: BlockingThread
    private let session: SMTPSession
    private let limits: SMTPLimits
    private let secrets: [String]

    /// Starts the thread; does not connect yet.
    public init(_ configuration: SMTPConfiguration, limits: SMTPLimits = SMTPLimits()) {
        thread = BlockingThread(name: "smtp")
        session = SMTPSession(configuration, limits: limits)
        secrets = configuration.credentials?.secrets ?? []
        self.limits = limits
    }

    /// Ends the connection and the thread after the emails in progress; cancel their tasks first. Call it once, before
    /// the last reference is released.
    public func shutdown() async {
        _ = try? await thread.run { [session] in session.close() }
        thread.shutdown()
    }

    public func send(_ email: Email, to recipients: [String]) async -> DeliveryReport {
        let (addresses, invalid) = Self.deduplicated(recipients)
        guard !addresses.isEmpty else { return DeliveryReport(refused: invalid) }
        guard let sender = MailAddress(email.from) else {
            let reason = "the sender's address is not valid"
            return DeliveryReport(refused: invalid + addresses.map { .init(recipient: $0.text, reason: reason) })
        }
        let report = await onThread { session, attempt in
            session.run(email, sender: sender, recipients: addresses, attempt: attempt)
        }
        guard var report else { return DeliveryReport(refused: invalid, delay: Self.notAttempted) }
        report.refused = invalid + report.refused
        return report
    }

    public func probe() async -> DeliveryReport.Delay? {
        // The outer nil means that the transport was shut down, the inner one that the server is available.
        let outcome = await onThread { session, attempt in session.probe(attempt) }
        guard let outcome else { return Self.notAttempted }
        return outcome
    }

    private static let notAttempted = DeliveryReport.Delay(.server, reason: SMTPFailure.shutDown.reason)

    /// Each address once, in order, and separately those that are not safe in an SMTP command.
    private static func deduplicated(_ recipients: [String]) -> ([MailAddress], [DeliveryReport.Refusal]) {
        var seen: Set<String> = []
        var addresses: [MailAddress] = []
        var refused: [DeliveryReport.Refusal] = []
        for recipient in recipients where seen.insert(recipient).inserted {
            if let address = MailAddress(recipient) {
                addresses.append(address)
            } else {
                refused.append(.init(recipient: recipient, reason: "not a valid email address"))
            }
        }
        return (addresses, refused)
    }

    /// Runs `body` on the thread; nil after ``shutdown()``.
    private func onThread<T: Sendable>(
        _ body: @escaping @Sendable (SMTPSession, SMTPAttempt) -> T
    ) async -> T? {
        let attempt = SMTPAttempt(hiding: secrets, limits: limits)
        return await withTaskCancellationHandler {
            let outcome = try? await thread.run { [session] in
                (body(session, attempt), idleSince: session.isConnected ? session.attempts : nil)
            }
            if let idleSince = outcome?.idleSince { closeLater(idleSince) }
            return outcome?.0
        } onCancel: {
            attempt.cancel()
        }
    }

    /// libcurl would close an idle connection only at the next email, which may be tomorrow.
    private func closeLater(_ attempts: Int) {
        Task { [thread, session, limits] in
            try? await Task.sleep(for: limits.idle)
            try? await thread.run { session.closeIfUnused(since: attempts) }
        }
    }
}
