import Crypto
public import UseCases

/// What a browser's cookie holds: 256 random bits in hexadecimal. The store has only its hash.
public struct SessionToken: Sendable {
    private static let randomByteCount = 32
    /// In characters, all of them ASCII.
    static let length = 2 * randomByteCount

    /// Never log it, nor a part of it.
    public let text: String

    /// A new token.
    /// - Parameter random: the system's generator, which is one for secrets.
    public init(using random: inout some RandomNumberGenerator) {
        text = Self.hexadecimal((0..<Self.randomByteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// What a browser sent; nil when no token ever looked like it.
    public init?(_ text: some StringProtocol) {
        let isHexadecimal = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        guard text.utf8.count == Self.length, isHexadecimal else { return nil }
        self.text = String(text)
    }

    public var hash: APIKeyHash {
        guard let hash = APIKeyHash(Array(SHA256.hash(data: Array(text.utf8)))) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return hash
    }

    /// What the session's own pages know and no other site can: a request that carries it comes from such a page.
    /// Nobody learns the token from it, nor another session's.
    public var proof: String {
        Self.hexadecimal(Array(SHA256.hash(data: Array("csrf:\(text)".utf8))))
    }

    /// Whether a request carries the proof. Compared by hashes, so that the time it takes tells nothing.
    public func isProved(by text: String) -> Bool {
        APIKeyHash(Array(SHA256.hash(data: Array(text.utf8))))
            == APIKeyHash(Array(SHA256.hash(data: Array(proof.utf8))))
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension SessionToken: CustomStringConvertible, CustomReflectable {
    /// Not the token: what is interpolated ends in a log one day.
    public var description: String { "session …" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
