public import Domain
public import JSON

/// Members of the types that responses contain. A nil is written as `null`, so no field is ever missing.
extension JSONWriter {
    package mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Int64?) {
        self.name(name)
        if let value { integer(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    @inlinable
    package mutating func member<Entity>(_ name: String, _ value: Identifier<Entity>?) {
        self.name(name)
        if let value { identifier(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Instant?) {
        member(name, value.map(RFC3339.format))
    }

    package mutating func member(_ name: String, _ value: JSONValue) {
        self.name(name)
        self.value(value)
    }

    @inlinable
    package mutating func member<Elements: Sequence>(
        _ name: String,
        _ elements: Elements,
        _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        self.name(name)
        array(elements, write)
    }

    /// Writes an identifier as a string.
    @inlinable
    package mutating func identifier<Entity>(_ value: Identifier<Entity>) {
        value.withText { plain($0) }
    }
}
