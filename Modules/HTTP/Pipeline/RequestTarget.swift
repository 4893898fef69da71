/// The path and the query of a request line, as they came.
struct RequestTarget {
    let path: Substring
    let query: Substring

    /// - Parameter text: in origin form, or in absolute form, as a proxy sends it (RFC 9112, section 3.2).
    init(_ text: String) {
        var rest = text[...]
        if rest.first != "/", let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
        }
        rest = rest.prefix { $0 != "#" }
        let mark = rest.firstIndex(of: "?") ?? rest.endIndex
        path = rest[..<mark]
        query = rest[mark...].dropFirst()
    }
}
