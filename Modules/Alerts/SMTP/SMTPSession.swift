import Basics
internal import CCurl
import UseCases

/// Conversations with one mail server, one after another on one thread.
///
/// `@unchecked Sendable`: only the transport's thread uses it.
final class SMTPSession: @unchecked Sendable {
    private let configuration: SMTPConfiguration
    private let limits: SMTPLimits
    private var handle: CurlHandle?
    /// Counts attempts, so that the idle timer can tell whether the connection was used since it was set.
    private(set) var attempts = 0

    init(_ configuration: SMTPConfiguration, limits: SMTPLimits) {
        self.configuration = configuration
        self.limits = limits
    }

    var isConnected: Bool { handle?.isConnected ?? false }

    func close() { handle = nil }

    func closeIfUnused(since attempts: Int) {
        if attempts == self.attempts { close() }
    }

    /// Sends an email. Blocks.
    func run(
        _ email: Email, sender: MailAddress, recipients: [MailAddress], attempt: SMTPAttempt
    ) -> DeliveryReport {
        let addresses = recipients.map(\.text)
        let failure = converse(attempt) { handle throws(SMTPFailure) in
            let message = try CurlMessage(text: email.text, html: email.html, handle: handle.pointer)
            let headers = try CurlList(MessageHeaders.lines(email, sender: sender))
            let envelope = try CurlList(addresses.map { "<\($0)>" })
            try handle.set(message)
            try handle.set(CURLOPT_HTTPHEADER, headers)
            try handle.set(CURLOPT_MAIL_FROM, "<\(sender.text)>")
            try handle.set(CURLOPT_MAIL_RCPT, envelope)
            try handle.perform()
        }
        return attempt.transcript.report(addresses, failure: failure?.reason)
    }

    /// Signs in, or checks that the kept connection still answers. Blocks.
    func probe(_ attempt: SMTPAttempt) -> DeliveryReport.Delay? {
        let failure = converse(attempt) { handle throws(SMTPFailure) in
            // Without an email libcurl sends a command, HELP by default; `CURLOPT_NOBODY` keeps its reply from standard
            // output.
            try handle.set(CURLOPT_CUSTOMREQUEST, "NOOP")
            try handle.set(CURLOPT_NOBODY, 1)
            try handle.perform()
        }
        guard let failure else { return nil }
        return attempt.transcript.report([], failure: failure.reason).delay
    }

    /// Runs `body`, and once more on a new connection if the kept one turns out to be dead before the server replied.
    private func converse(
        _ attempt: SMTPAttempt, _ body: (CurlHandle) throws(SMTPFailure) -> Void
    ) -> SMTPFailure? {
        attempts += 1
        while true {
            // A second round starts without a connection, so there is never a third.
            let hadConnection = isConnected
            guard !attempt.wasCancelled else { return .cancelled }
            do {
                let handle = try readyHandle()
                defer { handle.reset() }
                try configure(handle)
                try handle.observe(attempt)
                try body(handle)
                return nil
            } catch {
                // libcurl also reports no new connection when it could not make one.
                let shouldReconnect =
                    hadConnection && handle?.usedKeptConnection == true && attempt.transcript.isStale
                // The next conversation must not inherit a connection in an unknown state.
                close()
                guard shouldReconnect else { return Self.failure(error, attempt) }
                attempt.reset()
            }
        }
    }

    /// libcurl reports only that a callback aborted the transfer.
    private static func failure(_ error: SMTPFailure, _ attempt: SMTPAttempt) -> SMTPFailure {
        if attempt.wasCancelled { return .cancelled }
        return attempt.hasTimedOut ? .noAnswer : error
    }

    private func readyHandle() throws(SMTPFailure) -> CurlHandle {
        if let handle { return handle }
        let made = try CurlHandle()
        handle = made
        return made
    }

    private func configure(_ handle: CurlHandle) throws(SMTPFailure) {
        try handle.set(CURLOPT_URL, configuration.url)
        try handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        // Otherwise libcurl would take a proxy from the environment.
        try handle.set(CURLOPT_PROXY, "")
        try handle.set(CURLOPT_NOSIGNAL, 1)
        // A pending name lookup must not delay the end of an attempt.
        try handle.set(CURLOPT_QUICK_EXIT, 1)
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(limits.opening))
        // `SMTPAttempt` knows which reply is outstanding and is stricter with all but the last.
        try handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Self.seconds(max(limits.verdict, limits.answer)) + 1)
        try handle.set(CURLOPT_TIMEOUT_MS, Self.milliseconds(limits.total))
        try handle.set(CURLOPT_MAXAGE_CONN, Self.seconds(limits.idle))
        // One bad recipient must not block the others.
        try handle.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1)
        try configureTLS(handle)
        guard let credentials = configuration.credentials else { return }
        try handle.set(CURLOPT_USERNAME, credentials.username)
        try handle.set(CURLOPT_PASSWORD, credentials.password)
    }

    // At least one of each: to libcurl 0 means "no limit" or its own default.

    private static func milliseconds(_ limit: Duration) -> Int { max(1, limit.wholeMillisecondsRoundedUp) }
    private static func seconds(_ limit: Duration) -> Int { max(1, limit.wholeSecondsRoundedUp) }

    private func configureTLS(_ handle: CurlHandle) throws(SMTPFailure) {
        let use = configuration.requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY
        try handle.set(CURLOPT_USE_SSL, Int(use.rawValue))
        // libcurl's defaults, set explicitly because security depends on them.
        try handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        try handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        try handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = configuration.authorityFile { try handle.set(CURLOPT_CAINFO, file) }
    }
}
