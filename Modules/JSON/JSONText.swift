/// A parsed JSON text: its bytes and the position of each value.
///
/// Requests are read from it without allocating a string for each name or a dictionary for each object. `JSONValue` is
/// the same text as a tree, for values that are stored or changed. It is a class because every element holds it, and
/// counting one reference takes half the time of counting two arrays.
package final class JSONText: Sendable {
    package enum Kind: UInt8, Sendable {
        case null, bool, number, string, array, object

        /// The kind as validation messages name it.
        package var words: String {
            switch self {
            case .null: "null"
            case .bool: "a boolean"
            case .number: "a number"
            case .string: "a string"
            case .array: "a list"
            case .object: "an object"
            }
        }
    }

    /// One value, or the name of a member. A list's node is followed by its elements, an object's by its members, each a
    /// name and a value.
    package struct Node: Sendable {
        package let kind: Kind
        /// Whether the string contains a backslash.
        var hasEscapes = false
        /// The first byte; for a string, the byte after the opening quote.
        package let start: UInt32
        /// The byte after the last; for a string, the closing quote.
        package var end: UInt32
        /// The index of the node after this value and everything inside it.
        package var next: UInt32
        /// The number of elements or members.
        package var count: UInt32 = 0
    }

    package let bytes: [UInt8]
    /// In the order of the text; the first is the root value.
    package let nodes: [Node]

    /// - Throws: at the first invalid byte.
    package init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        nodes = try bytes.withUnsafeBufferPointer { bytes throws(JSONSyntaxError) in try JSONReader.nodes(of: bytes) }
        self.bytes = bytes
    }
}
