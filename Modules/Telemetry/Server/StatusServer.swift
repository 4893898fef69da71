public import Logging
public import Reactor

/// Serves `/metrics`, `/health/live` and `/health/ready`, and nothing else, for programs that are no HTTP servers.
///
/// A connection carries one request: the answer closes it. Bodies are not read, and everything that a peer can take up is
/// bounded (`StatusServerLimits`). It runs on the reactor beside the program's other connections; only the metrics' text is
/// written elsewhere.
///
/// SwiftNIO's HTTP server in its place made the sweeper 4.2 MiB larger in memory (34.8 to 39.1 MiB), without any of these
/// limits yet; its best start took 32 ms in place of 28 (docs/benchmarks/tried.md).
///
///     let server = StatusServer(reactor: reactor, port: 9_102, monitor: monitor, logger: logger) {
///         registry.prometheusText() + ProcessMetrics.prometheusText()
///     }
///     try await withGracefulShutdownHandler { try await server.run() } onGracefulShutdown: { server.stop() }
public actor StatusServer {
    enum State {
        /// Can transition to: running, stopping (stopped before it ran).
        case idle
        /// Can transition to: stopping.
        case running
        /// Accepts nothing more. `run()` returns once the last connection is closed.
        case stopping
    }

    let reactor: Reactor
    let limits: StatusServerLimits
    let logger: Logger
    private let host: String
    private let port: Int
    private let monitor: HealthMonitor
    private let metrics: @Sendable () -> String
    private let onListening: @Sendable (Int) -> Void
    let accept: @Sendable (Int32) -> StatusSocket.Outcome

    var state = State.idle
    var listener: Int32?
    var connections: [Int: StatusConnection] = [:]
    var lastConnection = 0
    var isAcceptPaused = false
    var hasWarnedOfAccept = false
    /// Where bytes are received; what is in it is used before anything else is received.
    var buffer: [UInt8]
    private var answersInWork = 0
    private var whenEnded: CheckedContinuation<Void, Never>?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - reactor: must live until `run()` has returned.
    ///   - host: an IPv4 or IPv6 literal, without brackets. Use loopback: metrics need no credentials.
    ///   - port: 0 for any that is free.
    ///   - monitor: asked again for each `/health/ready`.
    ///   - logger: hears when connections cannot be accepted.
    ///   - onListening: gets the port once connections are accepted, on the reactor's thread.
    ///   - metrics: the whole text of `/metrics`. Called on Swift's global pool, at several scrapes at the same time; it
    ///     must not block.
    public init(
        reactor: Reactor,
        host: String = "127.0.0.1",
        port: Int,
        monitor: HealthMonitor,
        logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in },
        metrics: @escaping @Sendable () -> String
    ) {
        self.init(
            reactor: reactor,
            host: host,
            port: port,
            monitor: monitor,
            logger: logger,
            limits: StatusServerLimits(),
            accept: StatusSocket.accept,
            onListening: onListening,
            metrics: metrics
        )
    }

    init(
        reactor: Reactor,
        host: String,
        port: Int,
        monitor: HealthMonitor,
        logger: Logger,
        limits: StatusServerLimits,
        accept: @escaping @Sendable (Int32) -> StatusSocket.Outcome,
        onListening: @escaping @Sendable (Int) -> Void,
        metrics: @escaping @Sendable () -> String
    ) {
        precondition((0...65_535).contains(port))
        self.reactor = reactor
        self.host = host
        self.port = port
        self.monitor = monitor
        self.logger = logger
        self.limits = limits
        self.accept = accept
        self.onListening = onListening
        self.metrics = metrics
        buffer = Array(repeating: 0, count: limits.headBytes)
    }

    /// Serves until ``stop()`` or the task's cancellation, then closes every socket and returns. Call it once.
    ///
    /// Cancellation cuts connections off where they are.
    /// - Throws: ``StatusServerError`` when the port is taken or the host is no address; never anything later.
    public func run() async throws(StatusServerError) {
        guard state == .idle else {
            precondition(state == .stopping, "a status server runs once")
            return
        }
        let (descriptor, bound) = try StatusSocket.listen(host: host, port: port, backlog: limits.backlog)
        do throws(ReactorError) {
            try reactor.watch(descriptor, for: .read) { [weak self] _ in
                self?.assumeIsolated { $0.acceptConnections() }
            }
        } catch {
            StatusSocket.close(descriptor)
            guard case .system(let call, let code) = error else { preconditionFailure("a new socket has no watcher") }
            throw .cannotListen(host: host, port: port, call: call, errno: code)
        }
        state = .running
        listener = descriptor
        onListening(bound)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                whenEnded = continuation
                endIfDone()
            }
        } onCancel: {
            onReactor { $0.cutOff() }
        }
    }

    /// Accepts nothing more and lets `run()` return when the answers that are under way are sent, which takes the monitor's
    /// limit and 6 s at most. Any thread; idempotent; also before `run()`.
    public nonisolated func stop() {
        onReactor { $0.beginStop() }
    }

    private nonisolated func onReactor(_ action: @escaping @Sendable (isolated StatusServer) -> Void) {
        reactor.post { [self] in assumeIsolated { action($0) } }
    }

    private func beginStop() {
        state = .stopping
        closeListener()
        for connection in connections.values {
            // A connection without a complete request gets no answer.
            if case .reading = connection.phase { close(connection) }
        }
        endIfDone()
    }

    private func cutOff() {
        state = .stopping
        closeListener()
        for connection in connections.values { close(connection) }
        endIfDone()
    }

    private func closeListener() {
        guard let listener else { return }
        self.listener = nil
        reactor.unwatch(listener)
        StatusSocket.close(listener)
    }

    func endIfDone() {
        guard state == .stopping, connections.isEmpty, answersInWork == 0 else { return }
        whenEnded?.resume()
        whenEnded = nil
    }

    // MARK: - Answers

    /// Makes the answer in a task of the connection's; it is dropped if the connection has gone by then.
    func answer(_ request: StatusRequest, on connection: StatusConnection) {
        let id = connection.id
        answersInWork += 1
        connection.task = Task {
            let answer = await answer(to: request)
            answersInWork -= 1
            if let connection = connections[id] {
                send(answer, withBody: request.method != "HEAD", on: connection)
            }
            endIfDone()
        }
    }

    private func answer(to request: StatusRequest) async -> StatusAnswer {
        guard ["/metrics", "/health/live", "/health/ready"].contains(request.path) else { return .notFound }
        guard request.method == "GET" || request.method == "HEAD" else { return .methodNotAllowed }
        switch request.path {
        case "/metrics": return .metrics(await Self.text(metrics))
        case "/health/live": return .live
        default: return .ready(await monitor.report())
        }
    }

    /// A text of thousands of series takes milliseconds to write, which the reactor's other connections would wait.
    @concurrent
    private static func text(_ metrics: @Sendable () -> String) async -> String { metrics() }
}
