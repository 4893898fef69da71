/// A JSON text that has been read: its bytes, and where in them each value is.
///
/// Requests are read by it without making a string of each name and an object of each brace. `JSONValue` is the same as
/// a tree, for what has to be kept or changed. A class: each of its elements holds it, and one reference is counted in half
/// the time of two arrays.
@usableFromInline
package final class JSONText: Sendable {
    @usableFromInline
    package enum Kind: UInt8, Sendable {
        case null, bool, number, string, array, object

        /// What a caller's fault message calls it.
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
        /// Elements or members.
        package var count: UInt32 = 0
    }

    @usableFromInline package let bytes: [UInt8]
    /// In the order written; the first is the whole text.
    package let nodes: [Node]

    /// - Throws: at the first byte that does not fit.
    package init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        nodes = try bytes.withUnsafeBufferPointer { bytes throws(JSONSyntaxError) in try JSONReader.nodes(of: bytes) }
        self.bytes = bytes
    }

    package var root: JSONElement { JSONElement(text: self, index: 0) }
}
