/// A bounded cache of two generations: when the young one is full, it replaces the old one.
///
/// An entry survives at least half the limit of further entries, so a caller finds what it has just looked up.
@usableFromInline
package struct Remembered<Key: Hashable, Value> {
    @usableFromInline let limit: Int
    @usableFromInline var young: [Key: Value] = [:]
    @usableFromInline var old: [Key: Value] = [:]

    /// - Parameter limit: the most entries, over both generations.
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
