import MailTesting
import Testing
import UseCases

@testable import Alerts

/// Made once, because openssl takes a while.
private let certificates = Result { try MailCertificates() }

@Suite(.serialized, .timeLimit(.minutes(2))) struct TLSTests {
    private func server(_ tls: MailServer.Demands.TLS?) async throws -> MailServer {
        var demands = MailServer.Demands()
        demands.tls = tls
        return try await MailServer(demands)
    }

    @Test(arguments: ["", "?tls=required"])
    func `STARTTLS is used where it is offered`(parameters: String) async throws {
        let certificates = try certificates.get()
        let server = try await server(.offered(certificates.good))
        try await withTransport(to: server, authorityFile: certificates.authority, parameters: parameters) {
            transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
            #expect(await transport.probe() == nil)
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
            #expect(try server.messages().map(\.isEncrypted) == [true, true])
            #expect(try server.messages().map(\.connection) == [1, 1])
        }
    }

    @Test func `A server that requires STARTTLS gets it`() async throws {
        let certificates = try certificates.get()
        let server = try await server(.demanded(certificates.good))
        try await withTransport(to: server, authorityFile: certificates.authority) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
        }
    }

    @Test func `Implicit TLS is used from the first byte`() async throws {
        let certificates = try certificates.get()
        let server = try await server(.implicit(certificates.good))
        try await withTransport(to: server, authorityFile: certificates.authority) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
            #expect(try server.messages().map(\.isEncrypted) == [true])
        }
    }

    @Test func `Without STARTTLS the mail is sent unencrypted, unless TLS is required`() async throws {
        let server = try await server(nil)
        try await withTransport(to: server) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
        }
        try await withTransport(to: server, parameters: "?tls=required", limits: shortLimits) {
            transport async throws in
            let report = await transport.send(email(), to: ["a@b.cd"])
            #expect(report.delay?.kind == .server)
            #expect(report.delivered.isEmpty)
        }
        #expect(try server.messages().map(\.isEncrypted) == [false])
    }

    @Test(arguments: ["wrong host", "expired", "self-signed", "unknown authority"], [true, false])
    func `An invalid certificate stops the mail and is named as the cause`(fault: String, implicit: Bool) async throws {
        let certificates = try certificates.get()
        let identity =
            switch fault {
            case "wrong host": certificates.wrongHost
            case "expired": certificates.expired
            case "self-signed": certificates.selfSigned
            default: certificates.good
            }
        let server = try await server(implicit ? .implicit(identity) : .offered(identity))
        let authority = fault == "unknown authority" ? nil : certificates.authority
        try await withTransport(to: server, authorityFile: authority, limits: shortLimits) { transport async throws in
            let report = await transport.send(email(), to: ["a@b.cd"])
            #expect(report.delay?.kind == .server)
            #expect(report.delay?.reason.lowercased().contains("certificate") == true, "\(report)")
            #expect(try server.messages().isEmpty)
        }
    }

    @Test(arguments: FaultCase.all.filter { $0.faults.greeting == nil && $0.faults.ehlo == nil })
    func `Faults are reported alike over TLS, and no signal ends the process`(fault: FaultCase) async throws {
        let certificates = try certificates.get()
        var demands = MailServer.Demands()
        demands.tls = .offered(certificates.good)
        let server = try await MailServer(demands, faults: fault.faults)
        try await withTransport(to: server, authorityFile: certificates.authority, limits: shortLimits) {
            transport async throws in
            let both = [FaultCase.a, FaultCase.b]
            let report = await transport.send(email(to: both), to: both)
            #expect(report.delivered == fault.delivered)
            #expect(report.refused.map(\.recipient) == fault.refused)
            #expect(report.delay?.kind == fault.kind)
            try server.behave()
            #expect(await transport.send(email(to: both), to: both) == DeliveryReport(delivered: both))
        }
    }

    @Test func `Sign-in works over TLS`() async throws {
        let certificates = try certificates.get()
        var demands = MailServer.Demands()
        demands.tls = .demanded(certificates.good)
        demands.user = ("stock", "word")
        let server = try await MailServer(demands)
        try await withTransport(
            to: server, credentials: .init(username: "stock", password: "word"),
            authorityFile: certificates.authority
        ) { transport async throws in
            #expect(await transport.send(email(), to: ["a@b.cd"]) == DeliveryReport(delivered: ["a@b.cd"]))
            #expect(try server.messages().map(\.user) == ["stock by PLAIN"])
        }
    }
}
