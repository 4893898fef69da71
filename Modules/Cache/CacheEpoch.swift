/// A random name for the time since the last invalidation of the whole cache. Every entry carries the epoch in which it
/// was stored, and is served in that epoch only: so one write invalidates everything.
///
/// The name is random, and each call that may have to start an epoch brings a new one: if Redis evicts the name, a counter
/// would start over and bring back entries of old epochs.
enum CacheEpoch {
    /// In bytes, which are hex digits.
    static let length = 16

    /// After an invalidation of the whole cache, only writers may store entries for this long: a reader that queried the
    /// database earlier could put an old state back. Longer than any request takes.
    static let quarantine: Duration = .seconds(60)

    static func random() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: length - digits.count) + digits
    }
}
