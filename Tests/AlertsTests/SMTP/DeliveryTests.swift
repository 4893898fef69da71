import MailTesting
import Testing
import UseCases

@testable import Alerts

@Suite(.serialized, .timeLimit(.minutes(2))) struct DeliveryTests {
    @Test func `An email arrives complete`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            let sent = email(
                to: ["a@example.com", "b@example.com"], subject: "Wenig Bestand: Äpfel 🍏", text: "Grüße\n\nzwei",
                html: "<p>Grüße &amp; 🍏</p>")
            let report = await transport.send(sent, to: ["b@example.com"])
            #expect(report == DeliveryReport(delivered: ["b@example.com"]))
            let mail = try #require(try await server.messages(atLeast: 1).first)
            #expect(mail.sender == "stock@example.com")
            #expect(mail.recipients == ["b@example.com"])
            #expect(mail.parsed.values("From") == ["stock@example.com"])
            #expect(mail.parsed.values("To") == ["a@example.com, b@example.com"])
            #expect(mail.parsed.values("Subject") == ["Wenig Bestand: Äpfel 🍏"])
            #expect(mail.parsed.values("Date") == ["Mon, 21 Sep 2026 14:13:20 +0000"])
            #expect(mail.parsed.values("Message-ID") == ["<1@inventory.test>"])
            #expect(mail.parsed.values("Auto-Submitted") == ["auto-generated"])
            #expect(mail.parsed.values("MIME-Version") == ["1.0"])
            #expect(mail.parsed.type == "multipart/alternative")
            #expect(mail.parsed.parts.map(\.type) == ["text/plain", "text/html"])
            #expect(mail.parsed.parts.map(\.charset) == ["utf-8", "utf-8"])
            #expect(mail.parsed.parts.map(\.encoding) == ["quoted-printable", "quoted-printable"])
            #expect(mail.parsed.parts.map(\.text) == ["Grüße\r\n\r\nzwei", "<p>Grüße &amp; 🍏</p>"])
            #expect(Set(mail.parsed.headers.map { $0[0] }).count == mail.parsed.headers.count)
            expectSound(mail)
        }
    }

    @Test(arguments: [
        ".", "..", ".\r\n", "a\n.\nb\n..\n...\n", "\n.\n", ".\n.\n.\n", "\r\n.\r\nQUIT\r\n", "a\n.", "", "\n\n\n",
        "=\n",
        "trailing space \n \t\n", "a\rb\r\n\rc", "From here\n--\nTo there", "\0\u{1}\u{7F}", "\u{85}\u{2028}x",
        String(repeating: "x", count: 20_000), String(repeating: "ü🍏", count: 5_000),
        String(repeating: ".\n", count: 2_000), String(repeating: "\(String(repeating: "y", count: 75))\n.", count: 50),
    ])
    func `Any text arrives unchanged`(text: String) async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            let report = await transport.send(email(text: text, html: "<p>" + text), to: ["a@example.com"])
            #expect(report == DeliveryReport(delivered: ["a@example.com"]))
            let mail = try #require(try await server.messages(atLeast: 1).first)
            #expect(mail.parsed.parts.map(\.text) == [onTheWire(text), onTheWire("<p>" + text)])
            expectSound(mail)
        }
    }

    @Test func `Nothing in an email reaches the envelope or adds a header`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            let sent = email(
                to: ["a@example.com", "b@example.com\r\nBcc: evil@example.com"],
                subject: "x\r\nBcc: evil@example.com\r\n\r\nbody", messageID: "<2@x>\r\nBcc: evil@example.com")
            let evil = ["c@x>\r\nRCPT TO:<evil@example.com", "d@x\r\nDATA", "e@x NOTIFY=NEVER", "f@x\0"]
            let report = await transport.send(sent, to: ["a@example.com"] + evil)
            #expect(report.delivered == ["a@example.com"])
            #expect(report.refused.map(\.recipient) == evil)
            #expect(report.delay == nil)
            let mail = try #require(try await server.messages(atLeast: 1).first)
            #expect(mail.recipients == ["a@example.com"])
            #expect(mail.parsed.values("Bcc").isEmpty)
            #expect(mail.parsed.values("Subject") == ["x  Bcc: evil@example.com    body"])
            #expect(mail.parsed.values("To") == ["a@example.com"])
            expectSound(mail)
        }
    }

    @Test func `An invalid sender is refused for every recipient without a connection`() async throws {
        try await withTransport(try SMTPConfiguration(url: "smtp://127.0.0.1:1")) { transport async throws in
            let report = await transport.send(email(from: "x\r\n@y"), to: ["a@b", "a@b", "c@d"])
            #expect(report.refused.map(\.recipient) == ["a@b", "c@d"])
            #expect(report.delay == nil)
            #expect(await transport.send(email(), to: []) == DeliveryReport())
        }
    }

    @Test func `A recipient named twice gets one copy`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            let report = await transport.send(email(), to: ["a@example.com", "b@example.com", "a@example.com"])
            #expect(report.delivered == ["a@example.com", "b@example.com"])
            #expect(try await server.messages(atLeast: 1).first?.recipients == ["a@example.com", "b@example.com"])
        }
    }

    @Test func `A backlog uses one connection, which is closed soon after`() async throws {
        let server = try await MailServer()
        var limits = SMTPLimits()
        limits.idle = .seconds(1)
        try await withTransport(to: server, limits: limits) { transport async throws in
            for number in 1...5 {
                let report = await transport.send(email(messageID: "<\(number)@x>"), to: ["a@example.com"])
                #expect(report.delivered == ["a@example.com"])
            }
            let mails = try await server.messages(atLeast: 5)
            #expect(mails.map(\.connection) == [1, 1, 1, 1, 1])
            try await eventually("the idle connection is closed") { try server.openConnections() == 0 }
            #expect(await transport.send(email(), to: ["a@example.com"]).delivered == ["a@example.com"])
            #expect(try await server.messages(atLeast: 6).last?.connection == 2)
        }
    }

    @Test func `Shutting down the transport ends the connection with QUIT`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            #expect(await transport.send(email(), to: ["a@example.com"]).delivered == ["a@example.com"])
            #expect(try server.openConnections() == 1)
        }
        try await eventually("closed") { try server.openConnections() == 0 }
        #expect(try server.quitCount() == 1)
    }

    @Test func `Concurrent callers get their own reports`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            let reports = await withTaskGroup(of: DeliveryReport.self) { group in
                for number in 0..<10 {
                    group.addTask { await transport.send(email(), to: ["a\(number)@example.com"]) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(reports.flatMap(\.delivered)) == Set((0..<10).map { "a\($0)@example.com" }))
            #expect(try await server.messages(atLeast: 10).count == 10)
        }
    }

    @Test func `A transport that was shut down reports that`() async throws {
        let transport = SMTPTransport(try SMTPConfiguration(url: "smtp://127.0.0.1:1"))
        await transport.shutdown()
        #expect(await transport.send(email(), to: ["a@b"]).delay?.kind == .server)
        #expect(await transport.probe()?.kind == .server)
    }

    @Test func `A probe finds a server that answers, and reports why another does not`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server, limits: shortLimits) { transport async throws in
            #expect(await transport.probe() == nil)
            #expect(await transport.probe() == nil)
            #expect(try server.messages().isEmpty)
            try server.misbehave { $0.greeting = "554 5.3.2 Closed" }
            // The probe's connection is kept and still good.
            #expect(await transport.probe() == nil)
            server.kill()
            #expect(await transport.probe()?.kind == .server)
            try await server.start()
            #expect(await transport.probe() == .init(.server, reason: "554 5.3.2 Closed"))
            try server.misbehave { $0.greeting = .hang }
            #expect(await transport.probe()?.kind == .server)
            try server.behave()
            #expect(await transport.probe() == nil)
            #expect(await transport.send(email(), to: ["a@example.com"]).delivered == ["a@example.com"])
        }
    }
}

/// Checks what must hold for every message.
func expectSound(_ mail: ReceivedMail, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(mail.parsed.defects == [], sourceLocation: sourceLocation)
    #expect(mail.parsed.isASCII, sourceLocation: sourceLocation)
    #expect(mail.parsed.bareLineBreaks == 0, sourceLocation: sourceLocation)
    // libcurl's boundary line is the longest.
    #expect(mail.parsed.longestLine <= 100, sourceLocation: sourceLocation)
}
