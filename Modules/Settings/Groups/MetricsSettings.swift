internal import ArgumentParser

/// Where a program without an HTTP API serves `/metrics` and `/health/*`.
public struct MetricsSettings: Sendable {
    /// Nil: nowhere. 0: any free port.
    public let port: Int?

    public init(_ source: SettingsSource) throws(SettingsError) {
        port = try source.integer(.metricsPort, in: 0...65_535)
    }
}

public struct MetricsOptions: SettingsOptions {
    @Option(.metricsPort, "Serve /metrics and /health there (default: nowhere).", value: "port") var port

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.metricsPort, port)] }
}
