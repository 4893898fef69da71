import HummingbirdCore
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle
import Telemetry

/// Serves the API over HTTP/1.1 until it is told to stop.
public struct HTTPServer: Service {
    private let endpoints: [Endpoint]
    private let authenticator: any Authenticator
    private let health: HealthMonitor
    private let endStreams: @Sendable () -> Void
    private let configuration: HTTPServerConfiguration
    private let logger: Logger
    private let onRunning: @Sendable (_ port: Int) async -> Void

    /// - Parameter onRunning: called once, with the port that is listened on, when connections are accepted.
    public init(
        _ api: InventoryAPI,
        configuration: HTTPServerConfiguration,
        logger: Logger,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.init(
            endpoints: api.endpoints + api.pages, authenticator: api.authenticator, health: api.health,
            endStreams: { api.endStreams() }, configuration: configuration, logger: logger, onRunning: onRunning)
    }

    /// - Parameter endStreams: ends what would last as long as somebody listens; called when the server begins to stop.
    init(
        endpoints: [Endpoint],
        authenticator: any Authenticator,
        health: HealthMonitor,
        endStreams: @escaping @Sendable () -> Void = {},
        configuration: HTTPServerConfiguration,
        logger: Logger,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.endpoints = endpoints
        self.authenticator = authenticator
        self.health = health
        self.endStreams = endStreams
        self.configuration = configuration
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until the service group shuts down gracefully or the task is cancelled.
    ///
    /// On graceful shutdown nothing new is accepted, idle connections are closed at once, and requests in flight are
    /// answered, for `shutdownLimit` at most; what is not answered then is cancelled.
    /// - Throws: when the address cannot be bound.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        let isOverdue: Bool
        do {
            isOverdue = try await serve(on: group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        // Handlers that are still at work go on on these threads until the program ends.
        guard !isOverdue else { return }
        // What closed last may still have something to tell another loop.
        for eventLoop in group.makeIterator() { try await eventLoop.submit {}.get() }
        try await group.shutdownGracefully()
    }

    /// - Returns: whether requests were given up.
    private func serve(on group: MultiThreadedEventLoopGroup) async throws -> Bool {
        let requests = RequestsInFlight(configuration.limits)
        let server = try await makeServer(on: group, requests)
        return try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Ending.self) { tasks in
                tasks.addTask {
                    try await server.run()
                    // Callers may have left before their requests were done.
                    await requests.waitForNone()
                    return .served
                }
                tasks.addTask { await overdue() }
                let isOverdue = try await tasks.next() == .overdue
                if isOverdue { logger.warning("requests were still in flight at the end of the shutdown limit") }
                tasks.cancelAll()
                return isOverdue
            }
        } onGracefulShutdown: {
            health.drain()
            endStreams()
        }
    }

    private enum Ending {
        case served, overdue
    }

    /// Returns when the shutdown limit is over, or at once when the task is cancelled.
    private func overdue() async -> Ending {
        do {
            try await gracefulShutdown()
            try await Task.sleep(for: configuration.shutdownLimit)
            return .overdue
        } catch {
            return .served
        }
    }

    private func makeServer(
        on group: MultiThreadedEventLoopGroup, _ requests: RequestsInFlight
    ) async throws -> Server<ConnectionSetup> {
        let metrics = TransportMetrics()
        let connections = OpenFiles.connections(atMost: configuration.limits.connections)
        if connections < configuration.limits.connections {
            logger.warning(
                "fewer connections than usual: the limit of open files is low",
                metadata: ["connections": "\(connections)"])
        }
        var headers = NIOHTTPDecoderLimitConfiguration()
        headers.maxHeaderFieldSize = configuration.highestHeaderBytes
        headers.maxHeaderListSize = configuration.highestHeaderBytes
        headers.maxHeaderFieldCount = configuration.highestHeaderCount
        return Server(
            childChannelSetup: ConnectionSetup(
                services: try await makeServices(on: group, requests, metrics),
                headers: headers,
                certificate: configuration.certificate
            ),
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: configuration.backlog,
                reuseAddress: true
            ),
            onServerRunning: { channel in
                // In front of all that Hummingbird has put there.
                try? await channel.eventLoop.submit {
                    let gate = ConnectionGate(limit: connections, metrics: metrics, logger: logger)
                    try channel.pipeline.syncOperations.addHandler(gate, position: .first)
                }.get()
                await onRunning(channel.localAddress?.port ?? configuration.port)
            },
            eventLoopGroup: group,
            logger: logger
        )
    }

    private func makeServices(
        on group: MultiThreadedEventLoopGroup, _ requests: RequestsInFlight, _ metrics: TransportMetrics
    ) async throws -> [ObjectIdentifier: NIOLoopBound<ConnectionService>] {
        let pipeline = makePipeline()
        let (limits, logger) = (configuration.limits, logger)
        var services: [ObjectIdentifier: NIOLoopBound<ConnectionService>] = [:]
        for eventLoop in group.makeIterator() {
            services[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                NIOLoopBound(
                    ConnectionService(
                        pipeline: pipeline, requests: requests, limits: limits, metrics: metrics, logger: logger,
                        eventLoop: eventLoop),
                    eventLoop: eventLoop)
            }.get()
        }
        return services
    }

    /// What answers the requests, whatever brings them.
    func makePipeline() -> RequestPipeline {
        RequestPipeline(
            table: EndpointTable(endpoints),
            authenticator: authenticator,
            metrics: RequestMetrics(),
            logger: logger,
            requestLog: configuration.requestLog,
            isSecure: configuration.certificate != nil
        )
    }
}
