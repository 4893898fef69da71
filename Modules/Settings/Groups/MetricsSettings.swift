internal import ArgumentParser

/// Where a program without an HTTP API serves `/metrics` and `/health/*`.
public struct MetricsSettings: Sendable {
    /// An address to listen at. Whoever reaches it may read everything there.
    public let host: String
    /// Nil: nowhere. 0: any free port.
    public let port: Int?

    public init(_ source: SettingsSource) throws(SettingsError) {
        host = try source.text(.metricsHost, default: "127.0.0.1")
        port = try source.integer(.metricsPort, in: 0...65_535)
    }
}

public struct MetricsOptions: SettingsOptions {
    @Option(.metricsPort, "Serve /metrics and /health there (default: nowhere).", value: "port") var port
    @Option(.metricsHost, "The address to serve them at (default: 127.0.0.1).", value: "address") var host

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.metricsPort, port), (.metricsHost, host)] }
}
