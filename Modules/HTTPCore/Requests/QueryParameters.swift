/// The parameters of a query, in the order sent, percent-decoded once.
package struct QueryParameters: Sendable {
    package enum Value: Hashable, Sendable {
        case text(String)
        /// Invalid percent-encoding; a fault only if the route reads this parameter.
        case undecodable
    }

    private var pairs: [(name: String, value: Value)] = []

    /// - Parameter query: the text after the `?`, still percent-encoded. A name without `=` has an empty value.
    package init(_ query: Substring = "") {
        // By bytes: a combining character after a separator would hide the separator from `Character`.
        var query = query
        query.withUTF8 { bytes in
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.count
                if end > start { append(UnsafeBufferPointer(rebasing: bytes[start..<end])) }
                start = end + 1
            }
        }
    }

    private mutating func append(_ pair: UnsafeBufferPointer<UInt8>) {
        let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count
        guard let name = Self.decode(pair[..<separator]) else { return }
        pairs.append((name, Self.decode(pair[separator...].dropFirst()).map(Value.text) ?? .undecodable))
    }

    private static func decode(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        // Nearly all texts are plain and short, so the string needs no allocation.
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes), as: UTF8.self)
        let isPlain = bytes.allSatisfy { $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") && $0 <= 0x7F }
        return isPlain ? text : PercentEncoding.decode(text[...], plusIsSpace: true)
    }

    /// All values of a name. Empty values are left out: `?archived=` counts as absent.
    package subscript(all name: String) -> [Value] {
        pairs.filter { $0.name == name && $0.value != .text("") }.map(\.value)
    }

    /// How often a name occurs, including empty values.
    package func count(of name: String) -> Int { pairs.count { $0.name == name } }

    /// The last value of a name.
    package subscript(name: String) -> Value? {
        pairs.last { $0.name == name && $0.value != .text("") }?.value
    }
}
