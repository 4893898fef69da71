internal import ArgumentParser

/// What is logged, and how.
public struct LogSettings: Sendable {
    /// The raw values are those of swift-log's `Logger.Level`.
    public enum Level: String, Sendable, CaseIterable {
        case trace
        case debug
        case info
        case notice
        case warning
        case error
        case critical
    }

    public enum Format: String, Sendable, CaseIterable {
        case text
        case json
    }

    public let level: Level
    public let format: Format

    public init(_ source: SettingsSource) throws(SettingsError) {
        level = try source.choice(.logLevel, default: .info)
        format = try source.choice(.logFormat, default: .text)
    }
}

public struct LogOptions: SettingsOptions {
    @Option(.logLevel, "trace, debug, info, notice, warning, error or critical (default: info).", value: "level")
    var level
    @Option(.logFormat, "text or json (default: text).", value: "format") var format

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.logLevel, level), (.logFormat, format)] }
}
