internal import ArgumentParser

/// How to reach Redis.
public struct RedisSettings: Sendable {
    /// `redis://[:password@]host[:port][/db]` or `unix:///path?db=0`. Holds the password: never log it.
    public let url: String

    /// The settings, or nil if no Redis is configured: then leases are kept in the process and stock reads are not
    /// cached.
    public static func read(_ source: SettingsSource) throws(SettingsError) -> RedisSettings? {
        guard let url = try source.text(.redisURL) else { return nil }
        let isURL =
            url.hasPrefix("redis://") && url.count > "redis://".count
            || url.hasPrefix("unix:///") && url.count > "unix:///".count
        guard isURL, !url.contains(where: { $0.isWhitespace || $0.isNewline }) else {
            throw SettingsError(
                .redisURL,
                mustBe: "redis://[:password@]host[:port][/db] or unix:///path[?db=0]",
                not: url
            )
        }
        return RedisSettings(url: url)
    }
}

public struct RedisOptions: SettingsOptions {
    @Option(.redisURL, "Redis: redis://… or unix:///… (default: none).", value: "url") var url
    @Option(SettingName.redisURL.file, "A file that holds the URL.", value: "file") var urlFile

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [(.redisURL, url), (SettingName.redisURL.file, urlFile)]
    }
}
