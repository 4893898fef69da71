internal import ArgumentParser

/// How much one caller may ask.
public struct RateLimitSettings: Sendable {
    /// Requests a second that are given back to a caller.
    public let perSecond: Int
    /// The most requests that a rested caller may make at once.
    public let burst: Int

    /// The settings, or nil without a limit.
    public static func read(_ source: SettingsSource) throws(SettingsError) -> RateLimitSettings? {
        let perSecond = try source.integer(.rateLimitPerSecond, in: 0...1_000_000, default: 0)
        let burst = try source.integer(.rateLimitBurst, in: 1...10_000_000, default: max(1, 2 * perSecond))
        return perSecond == 0 ? nil : RateLimitSettings(perSecond: perSecond, burst: burst)
    }
}

public struct RateLimitOptions: SettingsOptions {
    @Option(.rateLimitPerSecond, "Requests a second of one caller, 0 for no limit (default: 0).", value: "n")
    var perSecond
    @Option(.rateLimitBurst, "Requests at once of one caller (default: 2 seconds' worth).", value: "n") var burst

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [(.rateLimitPerSecond, perSecond), (.rateLimitBurst, burst)]
    }
}
