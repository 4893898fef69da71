/// The path and the query of a request target, still percent-encoded.
package struct RequestTarget {
    package let path: Substring
    package let query: Substring

    /// - Parameter text: in origin form, or in absolute form, as a proxy sends it (RFC 9112, section 3.2).
    package init(_ text: String) {
        // By bytes: by characters, this alone took a microsecond per request.
        var rest = text[...].utf8
        if rest.first != UInt8(ascii: "/"), let scheme = text.firstRange(of: "://") {
            rest = text[scheme.upperBound...].utf8.drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        }
        rest = rest.prefix { $0 != UInt8(ascii: "#") }
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        path = Substring(rest[..<mark])
        query = Substring(rest[mark...].dropFirst())
    }
}
