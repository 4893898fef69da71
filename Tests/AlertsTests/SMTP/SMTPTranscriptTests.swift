import MailTesting
import Testing
import UseCases

@testable import Alerts

/// Lines begin with `C:` for the client and `S:` for the server.
private func transcript(_ conversation: String, hiding secrets: [String] = []) -> SMTPTranscript {
    var transcript = SMTPTranscript(hiding: secrets)
    for line in conversation.split(separator: "\n") { feed(line, to: &transcript) }
    return transcript
}

private func feed(_ line: Substring, to transcript: inout SMTPTranscript) {
    let bytes = Array(line.dropFirst(3).utf8) + Array("\r\n".utf8)
    if line.hasPrefix("C:") { transcript.sent(bytes) } else { transcript.received(bytes) }
}

private let opening = """
    S: 220 mail.test ready
    C: EHLO client
    S: 250-mail.test
    S: 250-SIZE 1000
    S: 250 AUTH PLAIN

    """

@Suite struct SMTPTranscriptTests {
    private let both = ["a@x", "b@x"]

    private func report(_ conversation: String, failure: String? = nil) -> DeliveryReport {
        transcript(conversation).report(both, failure: failure)
    }

    @Test func `Every accepted recipient has the mail after the server's final reply`() {
        let conversation =
            opening + """
                C: MAIL FROM:<s@x>
                S: 250 ok
                C: RCPT TO:<a@x>
                S: 250 ok
                C: RCPT TO:<b@x>
                S: 251 will forward
                C: DATA
                S: 354 go on
                S: 250 2.0.0 queued

                """
        #expect(report(conversation) == DeliveryReport(delivered: both))
        #expect(transcript(conversation).phase == .judged)
    }

    @Test func `A permanent and a transient refusal of a recipient are told apart`() {
        let conversation =
            opening + """
                C: MAIL FROM:<s@x>
                S: 250 ok
                C: RCPT TO:<a@x>
                S: 550-5.1.1 No such
                S: 550 5.1.1 user
                C: RCPT TO:<b@x>
                S: 450 4.2.1 Busy

                """
        #expect(
            report(conversation, failure: "SMTP: RCPT failed")
                == DeliveryReport(
                    refused: [.init(recipient: "a@x", reason: "550 5.1.1 No such 5.1.1 user")],
                    delay: .init(.email, reason: "450 4.2.1 Busy")))
    }

    @Test(arguments: [
        ("552 5.3.4 Too big", DeliveryReport(refused: [.init(recipient: "a@x", reason: "552 5.3.4 Too big")])),
        ("452 4.3.1 Full", DeliveryReport(delay: .init(.email, reason: "452 4.3.1 Full"))),
    ])
    func `The reply to the message applies to every recipient`(reply: String, expected: DeliveryReport) {
        let conversation =
            opening + """
                C: MAIL FROM:<s@x>
                S: 250 ok
                C: RCPT TO:<a@x>
                S: 250 ok
                C: DATA
                S: 354 go on
                S: \(reply)

                """
        #expect(transcript(conversation).report(["a@x"], failure: "SMTP: failed") == expected)
    }

    @Test func `A refused message keeps transiently refused recipients for a later attempt`() {
        let conversation =
            opening + """
                C: MAIL FROM:<s@x>
                S: 250 ok
                C: RCPT TO:<a@x>
                S: 250 ok
                C: RCPT TO:<b@x>
                S: 450 Busy
                C: DATA
                S: 354 go on
                S: 554 Spam

                """
        #expect(
            report(conversation, failure: "failed")
                == DeliveryReport(
                    refused: [.init(recipient: "a@x", reason: "554 Spam")], delay: .init(.email, reason: "450 Busy")))
    }

    @Test func `A refused sender delays every recipient`() {
        let refused = report(opening + "C: MAIL FROM:<s@x>\nS: 553 5.7.1 Not you\n", failure: "failed")
        #expect(refused == DeliveryReport(delay: .init(.email, reason: "553 5.7.1 Not you")))
        let delayed = report(opening + "C: MAIL FROM:<s@x>\nS: 451 4.3.0 Later\n", failure: "failed")
        #expect(delayed == DeliveryReport(delay: .init(.email, reason: "451 4.3.0 Later")))
    }

    @Test func `A lost connection delays the email, before and after the final dot`() {
        let begun = opening + "C: MAIL FROM:<s@x>\nS: 250 ok\nC: RCPT TO:<a@x>\nS: 250 ok\n"
        let delay = DeliveryReport(delay: .init(.email, reason: "reset"))
        #expect(report(begun, failure: "reset") == delay)
        #expect(report(begun + "C: RCPT TO:<b@x>\n", failure: "reset") == delay)
        #expect(report(begun + "C: RCPT TO:<b@x>\nS: 250 ok\nC: DATA\nS: 354 go on\n", failure: "reset") == delay)
    }

    @Test(arguments: [
        ("", "no host"), ("S: 554 5.3.2 Closed\n", "554 5.3.2 Closed"),
        ("S: 220 hi\nC: EHLO x\nS: 421 4.3.2 Going\n", "421 4.3.2 Going"),
        ("S: 220 hi\nC: EHLO x\nS: 250 hi\nC: STARTTLS\nS: 220 go\n", "no host"),
        (opening + "C: AUTH PLAIN\nS: 334 \nC: AGEAYg==\nS: 535 5.7.8 Wrong\n", "535 5.7.8 Wrong"),
    ])
    func `A failure before MAIL FROM is attributed to the server`(conversation: String, reason: String) {
        #expect(report(conversation, failure: "no host") == DeliveryReport(delay: .init(.server, reason: reason)))
    }

    @Test func `A refusal that the client worked around is not the reason of a later failure`() {
        let conversation = "S: 220 hi\nC: EHLO x\nS: 502 What?\nC: HELO x\nS: 250 hi\n"
        #expect(report(conversation, failure: "no TLS").delay == .init(.server, reason: "no TLS"))
    }

    @Test(arguments: ["MAILMAILMAIL", "RCPT", "QUIT", "*", "DATA"])
    func `Sign-in data is never read as a command`(secret: String) {
        var transcript = transcript(opening + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n")
        let before = transcript
        feed("C: \(secret)", to: &transcript)
        #expect(transcript == before)
        feed("S: 334 UGFzc3dvcmQ6", to: &transcript)
        #expect(transcript == before)
        feed("C: \(secret)", to: &transcript)
        feed("S: 235 welcome", to: &transcript)
        #expect(transcript.phase == .opening)
        #expect(!transcript.hasSaidQuit)
    }

    @Test func `No sign-in data is retained`() {
        let conversation = opening + "C: AUTH PLAIN SECRETSECRET\nS: 235 ok\nC: AUTH LOGIN\nS: 334 x\nC: SECRETSECRET\n"
        #expect(!String(reflecting: transcript(conversation)).contains("SECRET"))
    }

    @Test func `Secrets that a server echoes are hidden`() {
        let secrets = SMTPConfiguration.Credentials(username: "u", password: "hunter2hunter2").secrets
        for secret in secrets {
            let conversation = opening + "C: AUTH PLAIN x\nS: 535 what is \(secret)?\n"
            let report = transcript(conversation, hiding: secrets).report(both, failure: nil)
            #expect(report.delay?.reason == "535 what is [hidden]?")
        }
    }

    @Test func `A conversation on a kept connection begins with MAIL FROM`() {
        let conversation = """
            C: MAIL FROM:<s@x>
            S: 250 ok
            C: RCPT TO:<a@x>
            S: 250 ok
            C: RCPT TO:<b@x>
            S: 550 no
            C: DATA
            S: 354 go on
            S: 250 ok

            """
        #expect(
            report(conversation)
                == DeliveryReport(delivered: ["a@x"], refused: [.init(recipient: "b@x", reason: "550 no")]))
    }

    @Test(arguments: [
        ("C: MAIL FROM:<s@x>\n", true), ("C: MAIL FROM:<s@x>\nS: 421 idle too long\n", true),
        ("C: MAIL FROM:<s@x>\nS: 451 later\n", false), ("C: MAIL FROM:<s@x>\nS: 250 ok\n", false),
        ("", true), ("C: NOOP\nS: 421 idle too long\n", true), (opening + "C: AUTH PLAIN x\nS: 535 no\n", false),
    ])
    func `A kept connection is stale if the server says nothing or closes at MAIL FROM`(
        conversation: String, isStale: Bool
    ) {
        #expect(transcript(conversation).isStale == isStale)
    }

    @Test func `Replies are cut and lose control characters`() {
        let long = String(repeating: "x", count: 5_000)
        let conversation = opening + "C: MAIL FROM:<s@x>\nS: 550 \u{1B}[31mred\u{202E}\0 \(long)\n"
        let reason = report(conversation).delay?.reason ?? ""
        #expect(reason.hasPrefix("550  [31mred   xxx"))
        #expect(reason.unicodeScalars.count == 500)
    }

    @Test func `An endless reply uses bounded memory`() {
        var transcript = transcript(opening)
        for _ in 0..<10_000 { feed("S: 250-\(String(repeating: "y", count: 100))", to: &transcript) }
        for _ in 0..<1_000 { transcript.received(repeatElement(UInt8(ascii: "z"), count: 1_000)) }
        #expect(String(reflecting: transcript).utf8.count < 200_000)
    }

    @Test func `Lines that are not replies are ignored`() {
        let conversation =
            opening + "C: MAIL FROM:<s@x>\nS: hello\nS: 99 x\nS: 999 x\nS: \nS: 250\nC: RCPT TO:<a@x>\nS: 550\n"
        #expect(report(conversation).refused == [.init(recipient: "a@x", reason: "550")])
    }

    @Test func `The division into chunks makes no difference`() {
        let seed = SeededGenerator.testSeed()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let conversation =
            opening + """
                C: AUTH LOGIN
                S: 334 x
                C: RCPTRCPT
                S: 334 y
                C: MAIL
                S: 235 ok
                C: MAIL FROM:<s@x>
                S: 250-a
                S: 250 ok
                C: RCPT TO:<a@x>
                S: 250 ok
                C: RCPT TO:<b@x>
                S: 450-b
                S: 450 busy
                C: DATA
                S: 354 go on
                S: 250 ok
                C: QUIT
                S: 221 bye

                """
        let whole = transcript(conversation)
        #expect(whole.report(both, failure: nil).delivered == ["a@x"])
        for _ in 0..<200 {
            var pieces = SMTPTranscript()
            for line in conversation.split(separator: "\n") {
                var bytes = Array(line.dropFirst(3).utf8)[...]
                bytes += Array("\r\n".utf8)
                while !bytes.isEmpty {
                    let piece = bytes.prefix(Int.random(in: 1...8, using: &random))
                    if line.hasPrefix("C:") { pieces.sent(piece) } else { pieces.received(piece) }
                    bytes = bytes.dropFirst(piece.count)
                }
            }
            #expect(pieces == whole)
        }
    }

    @Test func `Several replies in one chunk, and a command of which only the beginning was reported`() {
        var transcript = SMTPTranscript()
        transcript.received("220 hi\r\n".utf8)
        transcript.sent("MAIL FROM:<s".utf8)
        transcript.received("250 ok\r\n".utf8)
        transcript.sent("RCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n".utf8)
        transcript.received("250 a\r\n550 b\r\n".utf8)
        transcript.sent("DATA\r\n".utf8)
        transcript.received("354 go\r\n250 done\r\n".utf8)
        #expect(
            transcript.report(both, failure: nil)
                == DeliveryReport(delivered: ["a@x"], refused: [.init(recipient: "b@x", reason: "550 b")]))
    }
}
