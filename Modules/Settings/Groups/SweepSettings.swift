internal import ArgumentParser

/// How often the sweeper looks for expired reservations.
public struct SweepSettings: Sendable {
    public let intervalSeconds: Int

    public var interval: Duration { .seconds(intervalSeconds) }

    public init(_ source: SettingsSource) throws(SettingsError) {
        intervalSeconds = try source.integer(.sweepIntervalSeconds, in: 1...3_600, default: 5)
    }
}

public struct SweepOptions: SettingsOptions {
    @Option(.sweepIntervalSeconds, "Seconds between two sweeps (default: 5).", value: "seconds") var interval

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.sweepIntervalSeconds, interval)] }
}
