import Domain
package import HTTPTypes

extension HTTPField.Name {
    package static let requestID = HTTPField.Name(validated: "X-Request-Id")
}

/// The id that connects a response with its log lines.
enum RequestID {
    /// The caller's id if it is safe, or a new one.
    static func of(_ headers: HTTPFields) -> String {
        guard let given = headers[.requestID], isSafe(given) else { return make() }
        return given
    }

    /// 1 ... 128 visible ASCII characters without quotes and semicolons, so it cannot break a header, a log line or a
    /// shell command.
    static func isSafe(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte) && !"\"'`;".utf8.contains(byte)
            }
    }

    /// A random UUID (version 4, RFC 9562, section 5.4).
    static func make() -> String {
        let words = FastRandom.nextPair()
        let high = words.0 & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = words.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return Identifier<Self>(high: high, low: low).description
    }
}
