internal import ArgumentParser

/// Where a program without an HTTP API serves `/metrics` and `/health/*`.
public struct MetricsSettings: Sendable {
    /// The address to listen on. Every client that can reach it may read everything there.
    public let host: String
    /// Nil to serve them nowhere, 0 for any free port.
    public let port: Int?

    public init(_ source: SettingsSource) throws(SettingsError) {
        host = try source.text(.metricsHost, default: "127.0.0.1")
        port = try source.integer(.metricsPort, in: 0...65_535)
    }
}

public struct MetricsOptions: SettingsOptions {
    @Option(.metricsPort, "The port for /metrics and /health (default: not served).", value: "port") var port
    @Option(.metricsHost, "The address for /metrics and /health (default: 127.0.0.1).", value: "address") var host

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.metricsPort, port), (.metricsHost, host)] }
}
