/// A parsed JSON text: its bytes and the position of each value.
///
/// Requests are read from it without allocating a string for each name or a dictionary for each object. `JSONValue` is
/// the same text as a tree, for values that are stored or changed. It is a class because every element holds it, and
/// counting one reference takes half the time of counting two arrays.
@usableFromInline
package final class JSONText: Sendable {
    @usableFromInline
    package enum Kind: UInt8, Sendable {
        case null, bool, number, string, array, object

        /// The kind as validation messages name it.
        @usableFromInline package var words: String {
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

    /// One value, or the name of a member. After a list come its elements, after an object its members, each as a name
    /// and a value.
    @usableFromInline
    package struct Node: Sendable {
        @usableFromInline package let kind: Kind
        /// A string with a backslash in it.
        @usableFromInline package var hasEscapes = false
        /// The first byte; of a string the one after the quote.
        @usableFromInline package let start: UInt32
        /// The byte after the last; of a string the closing quote.
        @usableFromInline package var end: UInt32
        /// The node after this value and all that is in it.
        package var next: UInt32
        /// The number of elements or members.
        package var count: UInt32 = 0
    }

    @usableFromInline package let bytes: [UInt8]
    /// In the order of the text; the first is the root value.
    @usableFromInline package let nodes: [Node]

    /// - Throws: at the first invalid byte.
    package init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        nodes = try bytes.withUnsafeBufferPointer { bytes throws(JSONSyntaxError) in try JSONReader.nodes(of: bytes) }
        self.bytes = bytes
    }
}
