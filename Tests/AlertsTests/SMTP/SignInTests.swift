import MailTesting
import Testing
import UseCases

@testable import Alerts

@Suite(.serialized, .timeLimit(.minutes(2))) struct SignInTests {
    private let credentials = SMTPConfiguration.Credentials(username: "stock", password: "s3cret word ü\"\\")

    private func demands(without mechanisms: [String] = [], denial: String? = nil) -> MailServer.Demands {
        var demands = MailServer.Demands()
        demands.user = ("stock", "s3cret word ü\"\\")
        demands.withoutMechanisms = mechanisms
        demands.denial = denial
        return demands
    }

    @Test(arguments: [("LOGIN", "stock by PLAIN"), ("PLAIN", "stock by LOGIN")])
    func `Sign-in uses a mechanism that the server offers`(without: String, user: String) async throws {
        let server = try await MailServer(demands(without: [without]))
        try await withTransport(to: server, credentials: credentials) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
            #expect(try server.messages().map(\.user) == [user, user])
            #expect(await transport.probe() == nil)
        }
    }

    @Test(arguments: ["LOGIN", "PLAIN"])
    func `A wrong password is a delay of the server with the server's reply`(without: String) async throws {
        let server = try await MailServer(demands(without: [without]))
        let wrong = SMTPConfiguration.Credentials(username: "stock", password: "wrong-word")
        try await withTransport(to: server, credentials: wrong, limits: shortLimits) { transport async throws in
            let expected = DeliveryReport.Delay(.server, reason: "535 5.7.8 Authentication credentials invalid")
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delay: expected))
            #expect(await transport.probe() == expected)
            #expect(try server.messages().isEmpty)
        }
    }

    @Test func `Secrets that a server echoes are hidden`() async throws {
        let wrong = SMTPConfiguration.Credentials(username: "stock", password: "wrong-word")
        let denial = "535 " + wrong.secrets.joined(separator: " ")
        let server = try await MailServer(demands(denial: denial))
        try await withTransport(to: server, credentials: wrong, limits: shortLimits) { transport async throws in
            let report = await transport.send(email(), to: ["a@b.cd"])
            #expect(report.delay == .init(.server, reason: "535 [hidden] [hidden] [hidden]"))
        }
    }

    @Test func `Without a sign-in a server that asks for one refuses the sender`() async throws {
        let server = try await MailServer(demands())
        try await withTransport(to: server, limits: shortLimits) { transport async throws in
            let report = await transport.send(email(), to: ["a@b.cd"])
            #expect(report == DeliveryReport(delay: .init(.email, reason: "530 5.7.0 Authentication required")))
        }
    }

    @Test func `A server without a supported mechanism is a delay of the server`() async throws {
        let server = try await MailServer(demands(without: ["LOGIN", "PLAIN"]))
        try await withTransport(to: server, credentials: credentials, limits: shortLimits) { transport async throws in
            let report = await transport.send(email(), to: ["a@b.cd"])
            #expect(report.delay?.kind == .server, "\(report)")
        }
    }
}
