/// A random name for the time since everything was last declared void. Every entry carries the epoch it was stored in and
/// is served in that epoch only, so that voiding everything is one write.
///
/// Random and not counted, and a new one for each call that may have to begin one: when Redis has evicted the name, an old
/// one would come back with the entries that carry it.
enum CacheEpoch {
    /// In bytes: hex digits.
    static let length = 16

    /// How long nothing but writers' states is taken in after everything was voided, so that no reader who looked into the
    /// database before can put an old state back. Longer than any request lives.
    static let quarantine: Duration = .seconds(60)

    static func random() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: length - digits.count) + digits
    }
}
