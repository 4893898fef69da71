/// A JSON text that has been read: its bytes, and where in them each value is.
///
/// Requests are read by it without making a string of each name and an object of each brace. `JSONValue` is the same as
/// a tree, for what has to be kept or changed. A class: each of its elements holds it, and one reference is counted in half
/// the time of two arrays.
final class JSONText: Sendable {
    enum Kind: UInt8, Sendable {
        case null, bool, number, string, array, object

        /// What a caller's fault message calls it.
        var words: String {
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
    struct Node: Sendable {
        let kind: Kind
        /// A string with a backslash in it.
        var hasEscapes = false
        /// The first byte; of a string the one after the quote.
        let start: UInt32
        /// The byte after the last; of a string the closing quote.
        var end: UInt32
        /// The node after this value and all that is in it.
        var next: UInt32
        /// Elements or members.
        var count: UInt32 = 0
    }

    let bytes: [UInt8]
    /// In the order written; the first is the whole text.
    let nodes: [Node]

    /// - Throws: at the first byte that does not fit.
    init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        nodes = try bytes.withUnsafeBufferPointer { bytes throws(JSONSyntaxError) in try JSONReader.nodes(of: bytes) }
        self.bytes = bytes
    }

    var root: JSONElement { JSONElement(text: self, index: 0) }
}
