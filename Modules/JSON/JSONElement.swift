/// One value of a JSON text.
@usableFromInline
package struct JSONElement: Sendable {
    @usableFromInline package let text: JSONText
    @usableFromInline package let index: Int

    @inlinable
    init(text: JSONText, index: Int) {
        self.text = text
        self.index = index
    }

    @inlinable var node: JSONText.Node { text.nodes[index] }

    @inlinable package var kind: JSONText.Kind { node.kind }

    /// nil unless the value is a boolean.
    package var bool: Bool? {
        node.kind == .bool ? text.bytes[Int(node.start)] == UInt8(ascii: "t") : nil
    }

    /// nil unless the value is a number.
    package var number: JSONNumber? {
        node.kind == .number ? JSONNumber(text: String(decoding: raw, as: UTF8.self)) : nil
    }

    /// The number as an integer; nil unless the value is a number.
    package var integer: JSONNumber.Scaled? {
        let node = node
        guard node.kind == .number else { return nil }
        // Nearly all numbers are plain digits, and 18 of them always fit.
        if node.end - node.start <= 18 {
            var value: Int64 = 0
            var areDigits = true
            for position in Int(node.start)..<Int(node.end) {
                let digit = text.bytes[position] &- UInt8(ascii: "0")
                areDigits = areDigits && digit <= 9
                value = value &* 10 &+ Int64(digit)
            }
            if areDigits { return .integer(value) }
        }
        return number?.integer
    }

    /// nil unless the value is a string.
    package var string: String? {
        node.kind == .string ? characters : nil
    }

    /// Calls `body` with the string's UTF-8 bytes; nil unless the value is a string.
    @inlinable
    package func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        let node = node
        guard node.kind == .string else { return nil }
        guard !node.hasEscapes else {
            var characters = characters
            return characters.withUTF8(body)
        }
        return text.bytes.withUnsafeBufferPointer { bytes in
            body(UnsafeBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.end)]))
        }
    }

    /// The value of an object's member. The last of several members with one name counts (RFC 8259, section 4, leaves it
    /// open).
    /// Names are compared byte by byte.
    @usableFromInline
    package subscript(name: String) -> JSONElement? {
        guard node.kind == .object else { return nil }
        var name = name
        let found = name.withUTF8 { name in text.member(of: index, name) }
        return found.map { JSONElement(text: text, index: $0) }
    }

    /// The elements of a list; empty for any other value.
    package var elements: Elements {
        Elements(text: text, index: index + 1, rest: node.kind == .array ? Int(node.count) : 0)
    }

    @usableFromInline
    package struct Elements: Sequence, IteratorProtocol {
        fileprivate let text: JSONText
        fileprivate var index: Int
        fileprivate var rest: Int

        @usableFromInline package var count: Int { rest }

        @usableFromInline
        package mutating func next() -> JSONElement? {
            guard rest > 0 else { return nil }
            let element = JSONElement(text: text, index: index)
            rest -= 1
            index = Int(text.nodes[index].next)
            return element
        }
    }

    private var raw: ArraySlice<UInt8> { text.bytes[Int(node.start)..<Int(node.end)] }

    @usableFromInline var characters: String { text.characters(of: node) }
}

extension JSONText {
    /// The whole text as a value.
    package var root: JSONElement { JSONElement(text: self, index: 0) }

    /// The node of the last value with the name.
    fileprivate func member(of object: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int? {
        nodes.withUnsafeBufferPointer { nodes in
            bytes.withUnsafeBufferPointer { bytes in
                let last = Int(nodes[object].next)
                var found: Int?
                var member = object + 1
                while member < last {
                    let node = nodes[member]
                    if node.hasEscapes {
                        if characters(of: node).utf8.elementsEqual(name) { found = member + 1 }
                    } else if Int(node.end - node.start) == name.count {
                        var position = 0
                        while position < name.count, bytes[Int(node.start) + position] == name[position] {
                            position += 1
                        }
                        if position == name.count { found = member + 1 }
                    }
                    member = Int(nodes[member + 1].next)
                }
                return found
            }
        }
    }

    func characters(of node: Node) -> String {
        let range = Int(node.start)..<Int(node.end)
        guard node.hasEscapes else {
            return bytes.withUnsafeBufferPointer {
                String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
            }
        }
        return bytes.withUnsafeBufferPointer { JSONReader.unescaped($0, range) }
    }
}
