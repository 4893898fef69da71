import ArgumentParser
import Logging
import ServiceLifecycle
import Settings
package import Telemetry

/// Serves `/metrics` and `/health/*` while the program runs.
package struct StatusService: Service {
    private let server: StatusServer

    /// - Parameters:
    ///   - record: brings gauges up to date before each scrape; must not block.
    package init(
        _ runtime: ServerRuntime, host: String, port: Int, checks: [HealthCheck],
        record: @escaping @Sendable () -> Void
    ) {
        let (registry, logger) = (runtime.registry, runtime.logger)
        server = StatusServer(
            reactor: runtime.reactor, host: host, port: port, monitor: HealthMonitor(checks, logger: logger),
            logger: logger, onListening: { logger.notice("status page", metadata: ["port": "\($0)"]) },
            metrics: {
                record()
                return registry.prometheusText() + ProcessMetrics.prometheusText()
            })
    }

    /// - Throws: `ExitCode.unavailable` when the port cannot be bound.
    package func run() async throws {
        do {
            try await withGracefulShutdownHandler {
                try await server.run()
            } onGracefulShutdown: {
                server.stop()
            }
        } catch let error as StatusServerError {
            writeToStandardError("error: METRICS_PORT: \(error)")
            throw ExitCode.unavailable
        }
    }
}
