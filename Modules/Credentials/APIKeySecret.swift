import Crypto
public import UseCases

/// The text of an API key: `inv_` and 256 random bits in hexadecimal. It is kept only until it has been hashed or shown.
///
/// A plain SHA-256 is enough for 256 random bits: salt or a slow hash protect secrets that can be guessed.
public struct APIKeySecret: Sendable {
    /// Lets people and secret scanners recognise a key.
    public static let prefix = "inv_"
    private static let randomByteCount = 32
    /// In characters, all ASCII.
    public static let length = prefix.utf8.count + 2 * randomByteCount

    /// Show it once. Never log it or a part of it.
    public let text: String

    /// A new key.
    /// - Parameter random: the system's generator, which is cryptographically secure.
    public init(using random: inout some RandomNumberGenerator) {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = (0..<Self.randomByteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let characters = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        text = Self.prefix + String(decoding: characters, as: UTF8.self)
    }

    /// Reads a caller's key. Nil if the text does not have the form of a key; then the store need not be asked.
    public init?(_ text: Substring) {
        self.init(String(text))
    }

    /// Reads a caller's key byte by byte, which is fast: every request does this.
    public init?(_ text: String) {
        var text = text
        let isKey = text.withUTF8 { bytes in
            guard bytes.count == Self.length, bytes.starts(with: Self.prefix.utf8) else { return false }
            for byte in bytes[Self.prefix.utf8.count...] {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): break
                default: return false
                }
            }
            return true
        }
        guard isKey else { return nil }
        self.text = text
    }

    public var hash: APIKeyHash {
        var text = text
        let digest = text.withUTF8 { bytes in
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hasher.finalize()
        }
        guard let hash = digest.withUnsafeBytes({ APIKeyHash(bytes: $0) }) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return hash
    }
}

extension APIKeySecret: CustomStringConvertible, CustomReflectable {
    /// Not the key: an interpolated value may end up in a log.
    public var description: String { "\(Self.prefix)…" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
