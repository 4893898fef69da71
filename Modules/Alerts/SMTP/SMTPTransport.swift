import Reactor
public import UseCases

/// Hands emails to a mail server by SMTP, on a thread of its own: libcurl blocks. Emails of several callers go one after
/// another. A connection is kept for a few seconds, so that a backlog does not sign in for every email.
public final class SMTPTransport: EmailTransport {
    private let thread: BlockingThread
    private let session: SMTPSession
    private let limits: SMTPLimits
    private let secrets: [String]

    /// Starts the thread; connects to nobody yet.
    public init(_ configuration: SMTPConfiguration, limits: SMTPLimits = SMTPLimits()) {
        thread = BlockingThread(name: "smtp")
        session = SMTPSession(configuration, limits: limits)
        secrets = configuration.credentials?.secrets ?? []
        self.limits = limits
    }

    /// Ends the connection and the thread, after the emails under way: cancel their tasks first. Once; call it before the
    /// last reference goes.
    public func shutdown() async {
        _ = try? await thread.run { [session] in session.close() }
        thread.shutdown()
    }

    public func send(_ email: Email, to recipients: [String]) async -> DeliveryReport {
        let (addresses, invalid) = Self.sort(recipients)
        guard !addresses.isEmpty else { return DeliveryReport(refused: invalid) }
        guard let sender = MailAddress(email.from) else {
            let words = "the sender's address cannot be mailed from"
            return DeliveryReport(refused: invalid + addresses.map { .init(recipient: $0.text, words: words) })
        }
        let report = await converse { session, attempt in
            session.run(email, sender: sender, recipients: addresses, attempt: attempt)
        }
        guard var report else { return DeliveryReport(refused: invalid, delay: Self.notTried) }
        report.refused = invalid + report.refused
        return report
    }

    public func probe() async -> DeliveryReport.Delay? {
        // Two kinds of nil: the inner one is good news.
        let outcome = await converse { session, attempt in session.probe(attempt) }
        guard let outcome else { return Self.notTried }
        return outcome
    }

    private static let notTried = DeliveryReport.Delay(.server, words: SMTPFailure.shutDown.words)

    /// Each address once, in order, without those that cannot stand in a command.
    private static func sort(_ recipients: [String]) -> ([MailAddress], [DeliveryReport.Refusal]) {
        var seen: Set<String> = []
        var addresses: [MailAddress] = []
        var refused: [DeliveryReport.Refusal] = []
        for recipient in recipients where seen.insert(recipient).inserted {
            if let address = MailAddress(recipient) {
                addresses.append(address)
            } else {
                refused.append(.init(recipient: recipient, words: "not an email address that can be mailed to"))
            }
        }
        return (addresses, refused)
    }

    /// Runs `body` on the thread; nil after ``shutdown()``.
    private func converse<T: Sendable>(
        _ body: @escaping @Sendable (SMTPSession, SMTPAttempt) -> T
    ) async -> T? {
        let attempt = SMTPAttempt(hiding: secrets, limits: limits)
        return await withTaskCancellationHandler {
            let outcome = try? await thread.run { [session] in
                (body(session, attempt), idleSince: session.isConnected ? session.tries : nil)
            }
            if let idleSince = outcome?.idleSince { closeLater(idleSince) }
            return outcome?.0
        } onCancel: {
            attempt.cancel()
        }
    }

    /// libcurl drops an old connection only when the next email comes, which may be tomorrow.
    private func closeLater(_ tries: Int) {
        Task { [thread, session, limits] in
            try? await Task.sleep(for: limits.idle)
            try? await thread.run { session.closeIfUnused(since: tries) }
        }
    }
}
