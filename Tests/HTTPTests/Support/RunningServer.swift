import Logging
import ServiceLifecycle
import Telemetry

@testable import HTTPCore
@testable import HTTPTransport
@testable import InventoryRoutes

/// A server on its own socket.
struct RunningServer: Sendable {
    let port: Int
    /// Stops the server, as SIGTERM does.
    let stop: @Sendable () async -> Void

    /// Runs the body while a server runs; returns when both have ended.
    /// - Parameter eventLoops: nil for the server's default.
    static func run(
        _ endpoints: [Endpoint],
        eventLoops: Int? = nil,
        authenticator: any Authenticator = OpenAuthenticator(),
        health: HealthMonitor = HealthMonitor([], logger: silence),
        shutdownLimit: Duration = .seconds(10),
        limits: TransportLimits = TransportLimits(),
        certificate: TLSCertificate? = nil,
        logger: Logger = silence,
        _ body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        var configuration = HTTPServerConfiguration(port: 0)
        configuration.shutdownLimit = shutdownLimit
        configuration.limits = limits
        if let eventLoops { configuration.eventLoops = eventLoops }
        configuration.certificate = certificate
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let pipeline = RequestPipeline(
            endpoints, authenticator: authenticator, logger: logger, isSecure: certificate != nil)
        let server = HTTPServer(
            pipeline, configuration: configuration, logger: logger, onShutdown: { health.drain() },
            onRunning: { port in continuation.yield(port) })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [server], logger: logger)
        )
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                let port = await ports.first { _ in true }
                try await body(RunningServer(port: port ?? 0) { await group.triggerGracefulShutdown() })
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }
}
