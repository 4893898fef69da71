/// Decides whether a lane looks up idempotency keys before it decides a batch, or lets the insert of the new keys find a
/// repeated one. Either way a key has one answer; without the look-up a repeated key makes the batch run twice. Pure.
struct KeyLookups {
    private let limit: Int
    /// Commands for which look-ups stay on.
    private var left: Int

    init(_ settings: EngineSettings) {
        limit = settings.keyLookups
        left = settings.keyLookups
    }

    var isOn: Bool { left > 0 }

    /// Notes that this many commands with a key were decided and none had been answered before.
    mutating func noteNew(_ count: Int) { left = max(0, left - count) }

    /// Notes that a command was answered before, or may have been.
    mutating func noteRepeated() { left = max(1, limit) }
}
