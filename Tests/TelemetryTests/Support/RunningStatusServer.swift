import Logging
import Reactor
import Testing

@testable import Telemetry

/// A status server on a free port, and a thread for its blocking clients.
struct RunningStatusServer: Sendable {
    let server: StatusServer
    let port: Int
    let thread: BlockingThread
    /// The task of `run()`.
    let run: Task<Void, any Error>

    /// Runs the body beside a server, stops the server and waits until it has ended.
    static func with(
        checks: [HealthCheck] = [],
        limits: StatusServerLimits = StatusServerLimits(),
        accept: @escaping @Sendable (Int32) -> StatusSocket.Outcome = StatusSocket.accept,
        logger: Logger = silence,
        metrics: String = "up 1\n",
        _ body: (RunningStatusServer) async throws -> Void
    ) async throws {
        let reactor = try Reactor(name: "status")
        defer { reactor.shutdown() }
        let thread = BlockingThread(name: "client")
        defer { thread.shutdown() }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = StatusServer(
            reactor: reactor,
            host: "127.0.0.1",
            port: 0,
            monitor: HealthMonitor(checks, limit: .seconds(60), logger: silence),
            logger: logger,
            limits: limits,
            accept: accept,
            onListening: { continuation.yield($0) },
            metrics: { metrics }
        )
        let run = Task {
            defer { continuation.finish() }
            try await server.run()
        }
        do {
            let port = try #require(await ports.first { _ in true }, "the server did not start")
            try await body(RunningStatusServer(server: server, port: port, thread: thread, run: run))
        } catch {
            server.stop()
            _ = await run.result
            throw error
        }
        server.stop()
        try await run.value
    }

    /// Does what blocks on the clients' thread.
    func client<T: Sendable>(_ body: @escaping @Sendable (RawSocket) throws -> T) async throws -> T {
        try await thread.run { [port] in
            let socket = try RawSocket.connect(port)
            defer { socket.close() }
            return try body(socket)
        }
    }

    /// Sends the text with line ends of HTTP and reads to the end.
    func ask(_ text: String) async throws -> RawAnswer {
        try RawAnswer(
            await client {
                try $0.send(text)
                return try $0.receiveAll()
            }
        )
    }

    func get(_ path: String) async throws -> RawAnswer {
        try await ask("GET \(path) HTTP/1.1\nHost: localhost\n\n")
    }
}

extension StatusServer {
    var connectionCount: Int { connections.count }
}

/// A logger that drops everything.
let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Waits for a condition, ten seconds at most.
func eventually(_ what: Comment, _ condition: () async -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while !(await condition()) {
        try #require(ContinuousClock.now < deadline, what)
        try await Task.sleep(for: .milliseconds(2))
    }
}
