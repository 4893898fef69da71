/// Decides whether a lane looks up idempotency keys before it decides a batch, or lets the insert of the new keys find a
/// repeated one. Either way a key has one answer; without the look-up a repeated key makes the batch run twice. Pure.
struct KeyLookups {
    private let limit: Int
    /// Commands for which look-ups stay on.
    private var remaining: Int

    init(_ settings: EngineSettings) {
        limit = settings.keyLookups
        remaining = settings.keyLookups
    }

    var isOn: Bool { remaining > 0 }

    /// Notes that this many commands with a key were decided and none had been answered before.
    mutating func noteNew(_ count: Int) { remaining = max(0, remaining - count) }

    /// Notes that a command was answered before, or may have been.
    mutating func noteRepeated() { remaining = max(1, limit) }
}
