import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Telemetry

/// Serves the API over HTTP/1.1 until it is told to stop.
public struct HTTPServer: Service {
    private let api: InventoryAPI
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
        self.api = api
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
        do {
            try await serve(on: group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(on group: any EventLoopGroup) async throws {
        let application = makeApplication(on: group)
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Ending.self) { tasks in
                tasks.addTask {
                    try await application.run()
                    return .served
                }
                tasks.addTask { await overdue() }
                if try await tasks.next() == .overdue {
                    logger.warning("requests were still in flight at the end of the shutdown limit")
                }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            api.health.drain()
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

    /// The application, for `run()` and for tests that speak to it without a socket.
    func makeApplication(on group: any EventLoopGroup) -> some ApplicationProtocol {
        let pipeline = RequestPipeline(
            table: EndpointTable(api.endpoints),
            authenticator: api.authenticator,
            metrics: RequestMetrics(),
            logger: logger
        )
        return Application(
            responder: InventoryResponder(pipeline: pipeline),
            server: .http1(configuration: channelConfiguration),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: configuration.backlog,
                reuseAddress: true
            ),
            onServerRunning: { channel in
                await onRunning(channel.localAddress?.port ?? configuration.port)
            },
            eventLoopGroupProvider: .shared(group),
            logger: logger
        )
    }

    // TCP_NODELAY is NIO's default for accepted sockets.
    private var channelConfiguration: HTTP1Channel.Configuration {
        var channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(logger: logger)],
            idleTimeout: TimeAmount(configuration.idleTimeout)
        )
        channel.httpDecoder.maxHeaderFieldSize = configuration.highestHeaderBytes
        channel.httpDecoder.maxHeaderListSize = configuration.highestHeaderBytes
        channel.httpDecoder.maxHeaderFieldCount = configuration.highestHeaderCount
        return channel
    }
}
