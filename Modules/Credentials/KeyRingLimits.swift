/// For how long a server believes what it knows of keys, and how much of it. Revoked means revoked everywhere within
/// five seconds, so nothing here may be longer than that.
public struct KeyRingLimits: Sendable {
    /// How long a key is believed without asking again.
    public var life = Duration.seconds(3)
    /// How long it is believed that there is no such key.
    public var lifeOfUnknown = Duration.seconds(1)
    /// How old an answer may be while the store cannot be asked.
    public var lifeInOutage = Duration.seconds(5)
    /// Keys that are remembered, and as many that do not exist.
    public var capacity = 4_096
    /// Questions about keys that are not remembered, at one time: a flood of invented keys must not become a flood of
    /// queries. A key that is remembered is always asked for.
    public var questions = 256

    public init() {}
}
