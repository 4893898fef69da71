package import HTTPCore
import HummingbirdCore
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Serves the routes of a pipeline: HTTP/1.1, and over TLS also HTTP/2, until it is told to stop.
package struct HTTPServer: Service {
    private let pipeline: RequestPipeline
    private let configuration: HTTPServerConfiguration
    private let logger: Logger
    private let onShutdown: @Sendable () -> Void
    private let onRunning: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - pipeline: answers the requests.
    ///   - onShutdown: called once when the server begins to stop, to end answers that would last until the client leaves.
    ///   - onRunning: called once, with the port that is listened on, when connections are accepted.
    package init(
        _ pipeline: RequestPipeline,
        configuration: HTTPServerConfiguration,
        logger: Logger,
        onShutdown: @escaping @Sendable () -> Void = {},
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.pipeline = pipeline
        self.configuration = configuration
        self.logger = logger
        self.onShutdown = onShutdown
        self.onRunning = onRunning
    }

    /// Serves until the service group shuts down gracefully or the task is cancelled.
    ///
    /// On graceful shutdown nothing new is accepted, idle connections are closed at once, and requests in flight are
    /// answered, for `shutdownLimit` at most; what is not answered then is cancelled.
    /// - Throws: when the address cannot be bound.
    package func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        let isOverdue: Bool
        do {
            isOverdue = try await serve(on: group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        // Handlers that are still at work keep running on these threads until the program ends.
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
            onShutdown()
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
        let (pipeline, limits, logger) = (pipeline, configuration.limits, logger)
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
}
