import Domain
import MailTesting
import UseCases

@testable import Alerts

/// Limits that end a hang within seconds. libcurl's smallest unit is one second.
let shortLimits = SMTPLimits(
    opening: .seconds(2), answer: .seconds(1), verdict: .seconds(2), total: .seconds(8), idle: .seconds(5))

/// Runs a body with a transport to a server, and ends both afterwards.
func withTransport(
    to server: MailServer, credentials: SMTPConfiguration.Credentials? = nil, authorityFile: String? = nil,
    parameters: String = "", limits: SMTPLimits = SMTPLimits(), _ body: (SMTPTransport) async throws -> Void
) async throws {
    let configuration = try SMTPConfiguration(
        url: server.url + parameters, credentials: credentials, authorityFile: authorityFile)
    try await withTransport(configuration, limits: limits, body)
}

func withTransport(
    _ configuration: SMTPConfiguration, limits: SMTPLimits = SMTPLimits(),
    _ body: (SMTPTransport) async throws -> Void
) async throws {
    let transport = SMTPTransport(configuration, limits: limits)
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(transport))
    } catch {
        result = .failure(error)
    }
    await transport.shutdown()
    try result.get()
}

func email(
    to: [String] = ["a@example.com"], subject: String = "Low stock", text: String = "text\n",
    html: String = "<p>html</p>\n", messageID: String = "<1@inventory.test>", from: String = "stock@example.com"
) -> Email {
    Email(
        messageID: messageID, from: from, to: to, subject: subject, date: Instant(milliseconds: 1_790_000_000_123),
        text: text, html: html)
}

/// An email's text as it is received: SMTP has only one kind of line break.
func onTheWire(_ text: String) -> String { String(decoding: MessageBody.lines(text), as: UTF8.self) }
