/// The address of a mail server: `smtp://host[:port][?tls=required]` or `smtps://host[:port]`.
struct SMTPURL: Hashable, Sendable {
    /// An IPv6 address has no brackets here.
    let host: String
    let port: Int
    let isImplicitTLS: Bool
    let isTLSRequired: Bool

    /// Message submission, RFC 6409.
    private static let submissionPort = 587
    /// Message submission over TLS, RFC 8314.
    private static let implicitTLSPort = 465
    /// RFC 1035, section 2.3.4.
    private static let longestHost = 253

    /// The host is this machine, so the traffic does not leave it. Decided by name and address only: nothing is
    /// resolved.
    var isLoopback: Bool {
        let name = host.lowercased()
        return name == "localhost" || name == "::1" || Self.isLoopbackIPv4(name)
    }

    /// - Throws: a description that quotes nothing of the text, which may hold a password.
    init(_ text: String) throws(SMTPConfigurationError) {
        let rest: Substring
        if text.hasPrefix("smtps://") {
            isImplicitTLS = true
            rest = text.dropFirst("smtps://".count)
        } else if text.hasPrefix("smtp://") {
            isImplicitTLS = false
            rest = text.dropFirst("smtp://".count)
        } else {
            throw SMTPConfigurationError("must begin with smtp:// or smtps://")
        }
        guard !rest.contains("@") else {
            throw SMTPConfigurationError("must not hold a user name or a password; set them separately")
        }
        let halves = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var authority = halves[0]
        if authority.last == "/" { authority.removeLast() }
        switch halves.count == 2 ? halves[1] : nil {
        case nil: isTLSRequired = isImplicitTLS
        case "tls=required": isTLSRequired = true
        default: throw SMTPConfigurationError("takes no parameter but tls=required")
        }
        let (host, port) = try Self.split(authority)
        self.host = host
        self.port = port ?? (isImplicitTLS ? Self.implicitTLSPort : Self.submissionPort)
    }

    private static func split(
        _ authority: Substring
    ) throws(SMTPConfigurationError) -> (host: String, port: Int?) {
        let host: Substring
        let rest: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw SMTPConfigurationError("needs a closing bracket after the IPv6 address")
            }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
            guard isIPv6(host) else { throw SMTPConfigurationError("must have an IPv6 address between the brackets") }
        } else {
            let colon = authority.firstIndex(of: ":") ?? authority.endIndex
            host = authority[..<colon]
            rest = authority[colon...]
            guard isName(host) else {
                throw SMTPConfigurationError(
                    "must name a host: letters, digits, dots and hyphens (others as xn--…), IPv6 in brackets")
            }
        }
        guard !rest.isEmpty else { return (String(host), nil) }
        let digits = rest.dropFirst()
        guard rest.first == ":", (1...5).contains(digits.utf8.count), isDecimal(digits), let port = Int(digits),
            (1...65_535).contains(port)
        else { throw SMTPConfigurationError("must have a port of 1 ... 65535 after the host and nothing else") }
        return (String(host), port)
    }

    private static func isDecimal(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard (1...longestHost).contains(text.utf8.count) else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // A dot at the end names the root.
        let named = labels.count > 1 && labels.last == "" ? labels.dropLast() : labels[...]
        return named.allSatisfy { label in
            !label.isEmpty
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }

    /// Checks only the characters; libcurl checks the rest.
    private static func isIPv6(_ text: Substring) -> Bool {
        text.contains(":")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// 127.0.0.0/8, all four parts: `127.example.com` is another host.
    private static func isLoopbackIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { isDecimal($0) && (UInt8($0) != nil) }
    }
}
