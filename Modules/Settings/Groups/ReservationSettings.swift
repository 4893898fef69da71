internal import ArgumentParser

/// Defaults of reservations.
public struct ReservationSettings: Sendable {
    /// How long a reservation holds its units.
    public let ttlSeconds: Int

    public init(_ source: SettingsSource) throws(SettingsError) {
        // The range that the API accepts in a request.
        ttlSeconds = try source.integer(.reservationTTLSeconds, in: 1...604_800, default: 600)
    }
}

public struct ReservationOptions: SettingsOptions {
    @Option(.reservationTTLSeconds, "How long a reservation holds, in seconds (default: 600).", value: "seconds")
    var ttl

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.reservationTTLSeconds, ttl)] }
}
