import Crypto
public import UseCases

/// The value of a browser's session cookie: 256 random bits in hexadecimal. The store has only its hash.
public struct SessionToken: Sendable {
    private static let randomByteCount = 32
    /// In characters, all ASCII.
    static let length = 2 * randomByteCount

    /// Never log it or a part of it.
    public let text: String

    /// A new token.
    /// - Parameter random: the system's generator, which is cryptographically secure.
    public init(using random: inout some RandomNumberGenerator) {
        text = Self.hexadecimal((0..<Self.randomByteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// Reads a browser's cookie; nil if it does not have the form of a token.
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

    /// The CSRF token of the session's forms: a request that carries it comes from one of its pages, because no other site
    /// can read it. It reveals neither this session's token nor another one's.
    public var csrfToken: String {
        Self.hexadecimal(Array(SHA256.hash(data: Array("csrf:\(text)".utf8))))
    }

    /// Whether a request carries the CSRF token. It compares hashes, so that the time reveals nothing.
    public func hasCSRFToken(_ text: String) -> Bool {
        APIKeyHash(Array(SHA256.hash(data: Array(text.utf8))))
            == APIKeyHash(Array(SHA256.hash(data: Array(csrfToken.utf8))))
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension SessionToken: CustomStringConvertible, CustomReflectable {
    /// Not the token: an interpolated value may end up in a log.
    public var description: String { "session …" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
