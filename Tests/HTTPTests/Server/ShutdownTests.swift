import Domain
import Telemetry
import Testing
import UseCases

@testable import HTTPCore
@testable import HTTPTransport

@Suite("Shutdown", .timeLimit(.minutes(1)))
struct ShutdownTests {
    private static let confirm = """
        POST /api/v1/reservations/\(Samples.orderText)/confirm HTTP/1.1
        Host: a
        Content-Length: 0


        """

    @Test("idle connections are closed at once, and nothing new is accepted")
    func idle() async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /health/live HTTP/1.1\nHost: a\n\n")
                #expect(try await connection.answer()?.status == 200)
                let start = ContinuousClock.now
                await server.stop()
                await connection.waitForEnd()
                #expect(ContinuousClock.now - start < .seconds(5))
            }
            // The kernel may still take one into the line of a socket that is about to close; the suite's limit ends this.
            while (try? await RawConnection.open(server.port) { _ in }) != nil { await Task.yield() }
        }
    }

    @Test("a request in flight is answered first, and the server is not ready meanwhile")
    func inFlight() async throws {
        let begun = Gate()
        let goOn = Gate()
        var ports = TestPorts()
        ports.submit = { _, _ in
            begun.open()
            await goOn.wait()
            return .confirmed(order: Samples.order)
        }
        let health = HealthMonitor([], logger: silence)
        try await RunningServer.run(makeAPI(ports), health: health) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send(Self.confirm)
                await begun.wait()
                await server.stop()
                while await health.report().status != .unavailable { await Task.yield() }
                goOn.open()
                let answer = try await connection.answer()
                #expect(answer?.status == 200)
                #expect(answer?.body == #"{"status":"confirmed","order_id":"\#(Samples.orderText)"}"#)
                await connection.waitForEnd()
            }
        }
    }

    @Test("a request that takes too long is given up, and so is a body that never comes")
    func bounded() async throws {
        let begun = Gate()
        let never = Gate()
        var ports = TestPorts()
        ports.submit = { _, _ in
            begun.open()
            await never.wait()
            return .confirmed(order: Samples.order)
        }
        let start = ContinuousClock.now
        try await RunningServer.run(makeAPI(ports), shutdownLimit: .milliseconds(200)) { server in
            try await RawConnection.open(server.port) { slow in
                try await slow.send("POST /api/v1/reservations HTTP/1.1\nHost: a\nContent-Length: 9\n\n{")
                try await RawConnection.open(server.port) { stuck in
                    try await stuck.send(Self.confirm)
                    await begun.wait()
                    await server.stop()
                    await stuck.waitForEnd()
                }
                await slow.waitForEnd()
            }
        }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("an address that is taken is an error")
    func addressTaken() async throws {
        try await RunningServer.run(makeAPI()) { server in
            let second = HTTPServer(
                RequestPipeline(makeAPI(), authenticator: OpenAuthenticator(), logger: silence),
                configuration: HTTPServerConfiguration(port: server.port),
                logger: silence
            )
            await #expect(throws: (any Error).self) { try await second.run() }
        }
    }
}
