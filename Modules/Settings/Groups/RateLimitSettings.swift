internal import ArgumentParser

/// How many requests one caller may make.
public struct RateLimitSettings: Sendable {
    /// The sustained rate, in requests per second.
    public let perSecond: Int
    /// The maximum number of requests at once after a pause.
    public let burst: Int

    /// The settings, or nil without a limit.
    public static func read(_ source: SettingsSource) throws(SettingsError) -> RateLimitSettings? {
        let perSecond = try source.integer(.rateLimitPerSecond, in: 0...1_000_000, default: 0)
        let burst = try source.integer(.rateLimitBurst, in: 1...10_000_000, default: max(1, 2 * perSecond))
        return perSecond == 0 ? nil : RateLimitSettings(perSecond: perSecond, burst: burst)
    }
}

public struct RateLimitOptions: SettingsOptions {
    @Option(.rateLimitPerSecond, "Requests per second of one caller, 0 for no limit (default: 0).", value: "n")
    var perSecond
    @Option(.rateLimitBurst, "Requests at once of one caller (default: 2 seconds' worth).", value: "n") var burst

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [(.rateLimitPerSecond, perSecond), (.rateLimitBurst, burst)]
    }
}
