package import Logging
import Metrics
package import Reactor
package import ServiceLifecycle
package import Telemetry
import UnixSignals

/// What every server needs first: a logger, a metrics registry, and the reactor that its drivers run on.
package struct ServerRuntime: Sendable {
    package let logger: Logger
    package let registry: MetricsRegistry
    package let reactor: Reactor

    /// Registers the metrics registry for the whole process, so call it once.
    /// - Parameters:
    ///   - program: the label of the logger.
    ///   - labelSetLimit: label sets per metric at most; nil for the default of `MetricsRegistry`.
    package init(program: String, labelSetLimit: Int? = nil) throws {
        logger = Logger(label: program)
        registry =
            labelSetLimit.map { MetricsRegistry(labelSetLimit: $0, help: MetricCatalogue.help) }
            ?? MetricsRegistry(help: MetricCatalogue.help)
        MetricsSystem.bootstrap(registry)
        reactor = try Reactor(name: "reactor")
        LoopLag.watch(reactor)
    }

    /// Runs the services until SIGTERM, SIGINT, or the end of a service that shuts the group down.
    /// - Parameter services: in order of dependence; the last one is told to stop first.
    package func run(_ services: [ServiceGroupConfiguration.ServiceConfiguration]) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}
