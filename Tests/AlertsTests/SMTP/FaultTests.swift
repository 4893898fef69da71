import MailTesting
import Testing
import UseCases

@testable import Alerts

/// A fault, and the expected report for two recipients.
struct FaultCase: Sendable, CustomTestStringConvertible {
    var name: String
    var kind: DeliveryReport.Delay.Kind?
    /// Text that the report must contain.
    var reason: String
    var delivered: [String] = []
    var refused: [String] = []
    var faults: MailFaults

    var testDescription: String { name }

    init(
        _ name: String, _ kind: DeliveryReport.Delay.Kind?, _ reason: String, delivered: [String] = [],
        refused: [String] = [], _ change: (inout MailFaults) -> Void
    ) {
        self.name = name
        self.kind = kind
        self.reason = reason
        self.delivered = delivered
        self.refused = refused
        faults = MailFaults()
        change(&faults)
    }

    static let a = "a@example.com"
    static let b = "b@example.com"

    static let all = [
        FaultCase("greeting 554", .server, "554 5.3.2 Closed") { $0.greeting = "554 5.3.2 Closed" },
        FaultCase("greeting 421", .server, "421 4.3.2 Busy") { $0.greeting = "421 4.3.2 Busy" },
        FaultCase("hang before the greeting", .server, "timed out") { $0.greeting = .hang },
        FaultCase("cut before the greeting", .server, "SMTP: ") { $0.greeting = .cut },
        FaultCase("cut at EHLO", .server, "SMTP: ") { $0.ehlo = .cut },
        FaultCase("EHLO 421", .server, "421 4.3.2 Going") { $0.ehlo = "421 4.3.2 Going" },
        FaultCase("everything 4xx", .email, "451 4.3.0 Sick") { $0 = .everywhere("451 4.3.0 Sick") },
        FaultCase("MAIL 5xx", .email, "553 5.7.1 Not you") { $0.mail = "553 5.7.1 Not you" },
        FaultCase("MAIL 4xx", .email, "452 4.3.1 Full") { $0.mail = "452 4.3.1 Full" },
        FaultCase("cut at MAIL", .email, "SMTP: ") { $0.mail = .cut },
        FaultCase("one RCPT 5xx", nil, "550 5.1.1 Who 5.1.1 is that", delivered: [b], refused: [a]) {
            $0.rcpt = [("a@", "550-5.1.1 Who\r\n550 5.1.1 is that")]
        },
        FaultCase("the last RCPT 5xx", nil, "550 5.1.1 Who", delivered: [a], refused: [b]) {
            $0.rcpt = [("b@", "550 5.1.1 Who")]
        },
        FaultCase("every RCPT 5xx", nil, "550 5.1.1 Who", refused: [a, b]) { $0.rcpt = [(".", "550 5.1.1 Who")] },
        FaultCase("one RCPT 4xx", .email, "450 4.2.1 Busy", delivered: [b]) { $0.rcpt = [("a@", "450 4.2.1 Busy")] },
        FaultCase("every RCPT 4xx", .email, "450 4.2.1 Busy") { $0.rcpt = [(".", "450 4.2.1 Busy")] },
        FaultCase("RCPT 5xx and 4xx", .email, "450 4.2.1 Busy", refused: [a]) {
            $0.rcpt = [("a@", "550 5.1.1 Who"), ("b@", "450 4.2.1 Busy")]
        },
        FaultCase("hang at the second RCPT after a refusal", .email, "SMTP", refused: [a]) {
            $0.rcpt = [("a@", "550 5.1.1 Who"), ("b@", .hang)]
        },
        FaultCase("hang at RCPT", .email, "SMTP") { $0.rcpt = [("a@", .hang)] },
        FaultCase("cut at RCPT", .email, "SMTP: ") { $0.rcpt = [("b@", .cut)] },
        FaultCase("DATA 5xx", nil, "554 5.5.1 No", refused: [a, b]) { $0.data = "554 5.5.1 No" },
        FaultCase("DATA 4xx", .email, "451 4.3.0 Later") { $0.data = "451 4.3.0 Later" },
        FaultCase("hang at DATA", .email, "SMTP") { $0.data = .hang },
        FaultCase("cut in the message", .email, "SMTP: ") { $0.body = .cut },
        FaultCase("hang in the message", .email, "SMTP") { $0.body = .hang },
        FaultCase("message 5xx", nil, "552 5.3.4 Too big", refused: [a, b]) { $0.message = "552 5.3.4 Too big" },
        FaultCase("message 4xx", .email, "451 4.7.1 Grey") { $0.message = "451 4.7.1 Grey" },
        FaultCase("hang after the final dot", .email, "SMTP") { $0.message = .hang },
        FaultCase("cut after the final dot", .email, "SMTP: ") { $0.message = .cut },
    ]
}

@Suite(.serialized, .timeLimit(.minutes(2))) struct FaultTests {
    @Test(arguments: FaultCase.all)
    func `A fault is classified correctly and soon, and the next email is delivered`(fault: FaultCase) async throws {
        let server = try await MailServer(faults: fault.faults)
        try await withTransport(to: server, limits: shortLimits) { transport async throws in
            let both = [FaultCase.a, FaultCase.b]
            let begin = ContinuousClock.now
            let report = await transport.send(email(to: both), to: both)
            #expect(ContinuousClock.now - begin < .seconds(7))
            #expect(report.delivered == fault.delivered)
            #expect(report.refused.map(\.recipient) == fault.refused)
            #expect(report.delay?.kind == fault.kind)
            let reason = report.refused.map(\.reason) + [report.delay?.reason].compactMap { $0 }
            #expect(reason.last?.contains(fault.reason) == true, "\(reason)")
            #expect(try server.messages().map(\.recipients) == (fault.delivered.isEmpty ? [] : [fault.delivered]))

            try server.behave()
            #expect(await transport.send(email(to: both), to: both) == DeliveryReport(delivered: both))
            expectSound(try #require(try server.messages().last))
        }
    }

    @Test func `A refused connection is a delay of the server, and the same transport delivers when it is back`()
        async throws
    {
        let server = try await MailServer()
        try await withTransport(to: server, limits: shortLimits) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]).delivered == ["a@b.cd"])
            for crash in [true, false] {
                if crash { server.kill() } else { server.stop() }
                let report = await transport.send(email(), to: ["a@b.cd"])
                #expect(report.delay?.kind == .server)
                #expect(report.delay?.reason.contains("127.0.0.1") == true, "\(report)")
                try await server.start()
                #expect(await transport.send(email(), to: ["a@b.cd"]).delivered == ["a@b.cd"])
            }
        }
    }

    @Test func `A restart of the server between two emails goes unnoticed`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]).delivered == ["a@b.cd"])
            server.kill()
            try await server.start()
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
        }
    }

    @Test(arguments: [MailFaults.Action.cut, "421 4.4.2 Idle too long"])
    func `A kept connection that the server closed is replaced at once`(action: MailFaults.Action) async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]).delivered == ["a@b.cd"])
            try server.misbehave { $0.laterMail = action }
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
            #expect(try await server.messages(atLeast: 2).map(\.connection) == [1, 2])
        }
    }

    @Test func `A host name that does not resolve is a delay of the server`() async throws {
        try await withTransport(try SMTPConfiguration(url: "smtp://mail.invalid:25"), limits: shortLimits) {
            transport async throws in
            let report = await transport.send(email(), to: ["a@b.cd"])
            #expect(report.delay?.kind == .server)
            #expect(report.delay?.reason.contains("mail.invalid") == true)
        }
    }

    @Test func `A frozen server takes no longer than the limits`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server, limits: shortLimits) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]).delivered == ["a@b.cd"])
            server.freeze()
            let begin = ContinuousClock.now
            // Once on the kept connection, once on a new one.
            #expect(await transport.send(email(), to: ["a@b.cd"]).delay != nil)
            #expect(await transport.send(email(), to: ["a@b.cd"]).delay?.kind == .server)
            #expect(ContinuousClock.now - begin < .seconds(12))
            server.thaw()
            #expect(await transport.send(email(), to: ["a@b.cd"]).delivered == ["a@b.cd"])
        }
    }
}
