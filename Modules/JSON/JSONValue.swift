/// A JSON text as a tree. Numbers keep their text, so no digit is lost.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package static func integer(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }

    /// The kind as validation messages name it.
    package var kind: String {
        switch self {
        case .null: JSONText.Kind.null.words
        case .bool: JSONText.Kind.bool.words
        case .number: JSONText.Kind.number.words
        case .string: JSONText.Kind.string.words
        case .array: JSONText.Kind.array.words
        case .object: JSONText.Kind.object.words
        }
    }
}

/// The members of a JSON object in the order of the text.
///
/// A list, not a dictionary: objects have few members, and their order is kept.
package struct JSONObject: Hashable, Sendable {
    package typealias Member = (name: String, value: JSONValue)

    package private(set) var members: [Member] = []

    /// The value of a member. The last of several members with one name counts (RFC 8259, section 4, leaves it open).
    package subscript(name: String) -> JSONValue? {
        for member in members.reversed() where member.name == name { return member.value }
        return nil
    }

    package mutating func append(_ name: String, _ value: JSONValue) {
        members.append((name, value))
    }

    /// Each name once, with its last value, in the order of those last values. Names are compared byte by byte, because
    /// `String` treats composed and decomposed characters as equal.
    var uniqueMembers: [Member] {
        var seen = Set<[UInt8]>(minimumCapacity: members.count)
        return members.reversed().filter { seen.insert(Array($0.name.utf8)).inserted }.reversed()
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        for member in members {
            hasher.combine(member.name)
            hasher.combine(member.value)
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        members = elements.map { (name: $0.0, value: $0.1) }
    }
}

extension JSONValue {
    /// The value and everything inside it.
    package init(_ element: JSONElement) {
        switch element.kind {
        case .null: self = .null
        case .bool: self = .bool(element.bool ?? false)
        case .number: self = .number(element.number ?? JSONNumber(0))
        case .string: self = .string(element.characters)
        case .array: self = .array(element.elements.map { JSONValue($0) })
        case .object:
            var object = JSONObject()
            let text = element.text
            var member = element.index + 1
            while member < Int(text.nodes[element.index].next) {
                object.append(
                    text.characters(of: text.nodes[member]), JSONValue(JSONElement(text: text, index: member + 1)))
                member = Int(text.nodes[member + 1].next)
            }
            self = .object(object)
        }
    }
}

extension JSONReader {
    /// The text as a tree.
    /// - Throws: at the first invalid byte.
    package static func read(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        JSONValue(try JSONText(bytes).root)
    }
}
