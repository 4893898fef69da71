import Crypto
public import UseCases

/// A key's text: `inv_` and 256 random bits in hexadecimal. It is held as long as it takes to hash or to show it.
///
/// A plain SHA-256 is enough for a secret that is drawn at random from 2^256: there is nothing to guess that salt or a
/// slow hash would protect.
public struct APIKeySecret: Sendable {
    /// Tells people and secret scanners what they look at.
    public static let prefix = "inv_"
    private static let randomByteCount = 32
    /// In characters, all of them ASCII.
    public static let length = prefix.utf8.count + 2 * randomByteCount

    /// Show it once; never log it, nor a part of it.
    public let text: String

    /// A new key.
    /// - Parameter random: the system's generator, which is one for secrets.
    public init(using random: inout some RandomNumberGenerator) {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = (0..<Self.randomByteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let characters = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        text = Self.prefix + String(decoding: characters, as: UTF8.self)
    }

    /// What a caller sent; nil when no key ever looked like it, so that nobody needs to be asked.
    public init?(_ text: Substring) {
        self.init(String(text))
    }

    /// The same. By bytes: every request comes by here.
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
    /// Not the key: what is interpolated ends in a log one day.
    public var description: String { "\(Self.prefix)…" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
