/// SHA-256 of a key's text. A key is stored and looked up by its hash.
///
/// Hashes are compared without a branch, so that the time does not reveal how many bytes agree.
public struct APIKeyHash: Sendable {
    public static let byteCount = 32

    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        let hash = Array(bytes).withUnsafeBytes { Self(bytes: $0) }
        guard let hash else { return nil }
        self = hash
    }

    /// The same without a copy, because every request with a key needs it.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
        }
    }
}

extension APIKeyHash: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) | (left.words.2 ^ right.words.2)
            | (left.words.3 ^ right.words.3) == 0
    }

    public func hash(into hasher: inout Hasher) {
        // One word is enough: a SHA-256 is uniformly distributed.
        hasher.combine(words.0)
    }
}
