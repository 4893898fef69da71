/// The parameters of a query, in the order given, decoded once.
struct QueryParameters: Sendable {
    enum Value: Hashable, Sendable {
        case text(String)
        /// Percent-encoding that cannot be decoded: a fault only of those who read this parameter.
        case undecodable
    }

    private var pairs: [(name: String, value: Value)] = []

    /// - Parameter query: what stands after the `?`, as it came. A name without `=` has an empty value.
    init(_ query: Substring = "") {
        // By bytes: a mark that follows a separator would hide it from a look at characters.
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let value = Substring(pair[separator...].dropFirst())
            guard let name = PercentEncoding.decode(Substring(pair[..<separator]), plusIsSpace: true) else { continue }
            pairs.append((name, PercentEncoding.decode(value, plusIsSpace: true).map(Value.text) ?? .undecodable))
        }
    }

    /// All values of a name. Empty ones are left out: `?archived=` asks for nothing.
    subscript(all name: String) -> [Value] {
        pairs.filter { $0.name == name && $0.value != .text("") }.map(\.value)
    }

    /// How often a name stands there, empty values included.
    func count(of name: String) -> Int { pairs.count { $0.name == name } }

    /// The last value of a name.
    subscript(name: String) -> Value? {
        pairs.last { $0.name == name && $0.value != .text("") }?.value
    }
}
