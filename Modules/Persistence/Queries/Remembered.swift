/// A bounded memory of two generations: when the young one is full it becomes the old one, and the old one is forgotten.
///
/// What was just learned outlives half the limit of further learning, so a look-up finds what it has asked for.
struct Remembered<Key: Hashable, Value> {
    private let limit: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// - Parameter limit: entries at most, over both generations.
    init(limit: Int) {
        self.limit = limit
    }

    subscript(key: Key) -> Value? { young[key] ?? old[key] }

    mutating func learn(_ key: Key, _ value: Value) {
        if young.count >= max(1, limit / 2) {
            old = young
            young = [:]
        }
        young[key] = value
    }

    mutating func forget(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }
}
