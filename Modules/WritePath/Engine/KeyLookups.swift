/// Whether a lane looks idempotency keys up before it decides, or leaves it to the insert of the new ones to find an old
/// one. Either way a key has one answer; what differs is what is done twice. Pure.
struct KeyLookups {
    private let limit: Int
    /// Commands that are still looked up.
    private var left: Int

    init(_ settings: EngineSettings) {
        limit = settings.keyLookups
        left = settings.keyLookups
    }

    var isOn: Bool { left > 0 }

    /// So many commands with a key were decided, and none had been answered before.
    mutating func noteNew(_ count: Int) { left = max(0, left - count) }

    /// One had been answered before, or may have been.
    mutating func noteOld() { left = max(1, limit) }
}
