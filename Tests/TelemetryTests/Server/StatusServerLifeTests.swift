import Glibc
import Reactor
import Testing

@testable import Telemetry

@Suite("The status server's start and end")
struct StatusServerLifeTests {
    private static func server(_ reactor: Reactor, _ host: String, _ port: Int) -> StatusServer {
        StatusServer(
            reactor: reactor,
            host: host,
            port: port,
            monitor: HealthMonitor([], logger: silence),
            logger: silence
        ) { "" }
    }

    @Test("a port that is taken is an error which names it")
    func portTaken() async throws {
        let reactor = try Reactor(name: "second")
        defer { reactor.shutdown() }
        try await RunningStatusServer.with { server in
            let second = Self.server(reactor, "127.0.0.1", server.port)
            let error = await #expect(throws: StatusServerError.self) { try await second.run() }
            #expect(
                error
                    == .cannotListen(host: "127.0.0.1", port: server.port, call: "bind", errno: EADDRINUSE)
            )
            let text = "cannot serve metrics on 127.0.0.1:\(server.port): Address already in use (bind)"
            #expect(error?.description == text)
        }
    }

    @Test("a host must be an address", arguments: ["localhost", "", "127.0.0.256", "[::1]"])
    func badHost(_ host: String) async throws {
        let reactor = try Reactor(name: "status")
        defer { reactor.shutdown() }
        await #expect(throws: StatusServerError.notAnAddress(host: host)) {
            try await Self.server(reactor, host, 0).run()
        }
    }

    @Test("it listens on IPv6 too")
    func version6() throws {
        let (descriptor, port) = try StatusSocket.listen(host: "::1", port: 0, backlog: 1)
        defer { close(descriptor) }
        #expect(port > 0)
        let error = #expect(throws: StatusServerError.self) {
            try StatusSocket.listen(host: "::1", port: port, backlog: 1)
        }
        #expect(error?.description == "cannot serve metrics on [::1]:\(port): Address already in use (bind)")
    }

    @Test("a stop lets the answer under way be sent, cuts who has not asked, and frees the port")
    func stop() async throws {
        let (asked, askedContinuation) = AsyncStream.makeStream(of: Void.self)
        let (gate, gateContinuation) = AsyncStream.makeStream(of: Void.self)
        let check = HealthCheck("slow", isEssential: true) {
            askedContinuation.yield()
            _ = await gate.first { _ in true }
            return .ok
        }
        try await RunningStatusServer.with(checks: [check]) { server in
            let (idle, asking) = try await server.thread.run { [port = server.port] in
                let sockets = (try RawSocket.connect(port), try RawSocket.connect(port))
                try sockets.1.send("GET /health/ready HTTP/1.1\nHost: x\n\n")
                return sockets
            }
            defer {
                idle.close()
                asking.close()
            }
            _ = await asked.first { _ in true }
            server.server.stop()
            server.server.stop()
            #expect(try await server.thread.run { try idle.receive() } == nil)
            await #expect(throws: RawSocket.Failure.self) { try await server.get("/metrics") }
            gateContinuation.yield()
            let text = try await server.thread.run {
                let text = try asking.receiveAll()
                asking.finishSending()
                return text
            }
            #expect(try RawAnswer(text).status == "HTTP/1.1 200 OK")
            try await server.run.value
            let (descriptor, _) = try StatusSocket.listen(host: "127.0.0.1", port: server.port, backlog: 1)
            close(descriptor)
        }
    }

    @Test("cancellation cuts everything off at once")
    func cancellation() async throws {
        let (asked, askedContinuation) = AsyncStream.makeStream(of: Void.self)
        let check = HealthCheck("slow", isEssential: true) {
            askedContinuation.yield()
            try? await Task.sleep(for: .seconds(60))
            return .ok
        }
        try await RunningStatusServer.with(checks: [check]) { server in
            let asking = try await server.thread.run { [port = server.port] in
                let socket = try RawSocket.connect(port)
                try socket.send("GET /health/ready HTTP/1.1\nHost: x\n\n")
                return socket
            }
            defer { asking.close() }
            _ = await asked.first { _ in true }
            server.run.cancel()
            try await server.run.value
            #expect(try await server.thread.run { try asking.receive() } == nil)
            #expect(await server.server.connectionCount == 0)
        }
    }

    @Test("a server that was stopped before it ran does not begin")
    func stoppedBefore() async throws {
        let reactor = try Reactor(name: "status")
        defer { reactor.shutdown() }
        let server = Self.server(reactor, "127.0.0.1", 0)
        server.stop()
        try await server.run()
        #expect(await server.listener == nil)
    }
}
