/// The parameters of a query, in the order given, decoded once.
package struct QueryParameters: Sendable {
    package enum Value: Hashable, Sendable {
        case text(String)
        /// Percent-encoding that cannot be decoded: a fault only of those who read this parameter.
        case undecodable
    }

    private var pairs: [(name: String, value: Value)] = []

    /// - Parameter query: what stands after the `?`, as it came. A name without `=` has an empty value.
    package init(_ query: Substring = "") {
        // By bytes: a mark that follows a separator would hide it from a look at characters.
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
        // Nearly all are plain, and nearly all of these short: a string without memory of its own.
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes), as: UTF8.self)
        let isPlain = bytes.allSatisfy { $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") && $0 <= 0x7F }
        return isPlain ? text : PercentEncoding.decode(text[...], plusIsSpace: true)
    }

    /// All values of a name. Empty ones are left out: `?archived=` asks for nothing.
    package subscript(all name: String) -> [Value] {
        pairs.filter { $0.name == name && $0.value != .text("") }.map(\.value)
    }

    /// How often a name stands there, empty values included.
    package func count(of name: String) -> Int { pairs.count { $0.name == name } }

    /// The last value of a name.
    package subscript(name: String) -> Value? {
        pairs.last { $0.name == name && $0.value != .text("") }?.value
    }
}
