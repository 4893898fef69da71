/// A bounded memory of two generations: when the young one is full it becomes the old one, and the old one is forgotten.
///
/// What was just learned outlives half the limit of further learning, so a look-up finds what it has asked for.
@usableFromInline
package struct Remembered<Key: Hashable, Value> {
    @usableFromInline let limit: Int
    @usableFromInline var young: [Key: Value] = [:]
    @usableFromInline var old: [Key: Value] = [:]

    /// - Parameter limit: entries at most, over both generations.
    @inlinable
    package init(limit: Int) {
        self.limit = limit
    }

    @inlinable package subscript(key: Key) -> Value? { young[key] ?? old[key] }

    @inlinable
    package mutating func learn(_ key: Key, _ value: Value) {
        if young.count >= max(1, limit / 2) {
            old = young
            young = [:]
        }
        young[key] = value
    }

    @inlinable
    package mutating func forget(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }
}
