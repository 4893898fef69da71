import MailTesting
import Testing
import UseCases

@testable import Alerts

@Suite(.serialized, .timeLimit(.minutes(2))) struct CancellationTests {
    /// Each is a point at which the server must reply and stays silent.
    private static let hangs: [FaultCase] = [
        FaultCase("greeting", .server, "cancelled") { $0.greeting = .hang },
        FaultCase("rcpt", .email, "cancelled") { $0.rcpt = [(".", .hang)] },
        FaultCase("body", .email, "cancelled") { $0.body = .hang },
        FaultCase("message", .email, "cancelled") { $0.message = .hang },
    ]

    @Test(arguments: hangs)
    func `Cancelling ends a hang within about a second`(hang: FaultCase) async throws {
        let server = try await MailServer(faults: hang.faults)
        // With the default limits, so that only the cancellation can end it.
        try await withTransport(to: server) { transport async throws in
            let task = Task { await transport.send(email(), to: ["a@b.cd"]) }
            try await eventually("the server hangs") { try server.hangCount() == 1 }
            let begin = ContinuousClock.now
            task.cancel()
            let report = await task.value
            #expect(ContinuousClock.now - begin < .seconds(3))
            #expect(report.delay?.kind == hang.kind)
            #expect(report.delay?.reason.contains(hang.reason) == true, "\(report)")
            #expect(report.delivered.isEmpty && report.refused.isEmpty)
            try server.behave()
            #expect(await transport.send(email(), to: ["a@b.cd"]).delivered == ["a@b.cd"])
        }
    }

    @Test func `A task that is already cancelled sends nothing`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            let report = await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await transport.send(email(), to: ["a@b.cd"])
            }.value
            #expect(report == DeliveryReport(delay: .init(.server, reason: SMTPFailure.cancelled.reason)))
            #expect(try server.connections() == 0)
        }
    }

    @Test func `Cancelling a waiting send does not affect the running one`() async throws {
        let server = try await MailServer(faults: FaultCase("", nil, "") { $0.message = .hang }.faults)
        try await withTransport(to: server) { transport async throws in
            let first = Task { await transport.send(email(), to: ["a@b.cd"]) }
            try await eventually("the server hangs") { try server.hangCount() == 1 }
            let second = Task { await transport.send(email(), to: ["c@b.cd"]) }
            second.cancel()
            first.cancel()
            #expect(await first.value.delay?.kind == .email)
            #expect(await second.value.delay?.kind == .server)
            #expect(try server.connections() == 1)
        }
    }
}
