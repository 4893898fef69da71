/// How long a server caches keys, and how many. A revoked key must be refused everywhere within five seconds, so no life may
/// be longer.
public struct KeyRingLimits: Sendable {
    /// How long a key is used without asking the store again.
    public var life = Duration.seconds(3)
    /// How long the absence of a key is cached.
    public var lifeOfUnknown = Duration.seconds(1)
    /// How old an answer may be while the store is unavailable.
    public var lifeInOutage = Duration.seconds(5)
    /// The most cached keys, and also the most cached hashes without a key.
    public var capacity = 4_096
    /// The most concurrent requests for keys that are not cached: a flood of invented keys must not become a flood of
    /// queries. Requests for cached keys are always allowed.
    public var requests = 256

    public init() {}
}
