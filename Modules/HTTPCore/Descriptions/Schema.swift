package import JSON

/// A JSON schema (draft 2020-12, as OpenAPI 3.1 uses it) with the few keywords that the OpenAPI description needs.
@usableFromInline
package struct Schema: Sendable {
    package private(set) var json: JSONObject
    /// The components that this schema refers to directly; each may refer to others.
    package let components: [SchemaComponent]

    package init(_ json: JSONObject, components: [SchemaComponent] = []) {
        self.json = json
        self.components = components
    }

    /// Adds a keyword.
    package func with(_ keyword: String, _ value: JSONValue) -> Schema {
        var schema = self
        schema.json.append(keyword, value)
        return schema
    }

    package func described(_ text: String) -> Schema { with("description", .string(text)) }

    package func example(_ text: String) -> Schema { with("examples", .array([.string(text)])) }

    package func standard(_ value: Int64) -> Schema { with("default", .integer(value)) }

    /// The same value or `null`.
    package var orNull: Schema {
        guard case .string(let type)? = json["type"] else {
            return Schema(
                ["anyOf": .array([.object(json), .object(["type": .string("null")])])], components: components)
        }
        var schema = Schema([:], components: components)
        for member in json.members {
            switch (member.name, member.value) {
            case ("type", _): schema.json.append("type", .array([.string(type), .string("null")]))
            case ("enum", .array(let words)): schema.json.append("enum", .array(words + [.null]))
            default: schema.json.append(member.name, member.value)
            }
        }
        return schema
    }
}

/// A named schema of the OpenAPI description.
package struct SchemaComponent: Sendable {
    package let name: String
    package let schema: Schema

    package init(_ name: String, _ schema: Schema) {
        self.name = name
        self.schema = schema
    }
}

// MARK: - Plain values

extension Schema {
    package static let boolean = Schema(["type": .string("boolean")])
    package static let null = Schema(["type": .string("null")])
    package static let number = Schema(["type": .string("number")])
    package static let text = Schema(["type": .string("string")])
    /// An object with any members.
    package static let anyObject = Schema(["type": .string("object"), "additionalProperties": .bool(true)])

    package static func integer(_ range: ClosedRange<Int64>? = nil) -> Schema {
        var schema = Schema(["type": .string("integer"), "format": .string("int64")])
        guard let range else { return schema }
        if range.lowerBound != .min { schema = schema.with("minimum", .integer(range.lowerBound)) }
        if range.upperBound != .max { schema = schema.with("maximum", .integer(range.upperBound)) }
        return schema
    }

    package static func string(
        _ count: ClosedRange<Int>? = nil, pattern: String? = nil, format: String? = nil
    ) -> Schema {
        var schema = text
        if let count {
            if count.lowerBound > 0 { schema = schema.with("minLength", .integer(Int64(count.lowerBound))) }
            schema = schema.with("maxLength", .integer(Int64(count.upperBound)))
        }
        if let pattern { schema = schema.with("pattern", .string(pattern)) }
        if let format { schema = schema.with("format", .string(format)) }
        return schema
    }

    package static func words(_ words: [String]) -> Schema { text.with("enum", .array(words.map(JSONValue.string))) }

    /// The raw values of an enumeration, which `FieldRule.word()` accepts.
    package static func words<Word: RawRepresentable<String> & CaseIterable>(of _: Word.Type) -> Schema {
        words(Word.allCases.map(\.rawValue))
    }

    package static func constant(_ text: String) -> Schema { self.text.with("const", .string(text)) }
}

// MARK: - Composed values

extension Schema {
    package static func reference(_ component: SchemaComponent) -> Schema {
        Schema(["$ref": .string("#/components/schemas/\(component.name)")], components: [component])
    }

    package static func list(of element: Schema, count: ClosedRange<Int>? = nil) -> Schema {
        let schema = Schema(
            ["type": .string("array"), "items": .object(element.json)], components: element.components)
        guard let count else { return schema }
        return schema.with("minItems", .integer(Int64(count.lowerBound)))
            .with("maxItems", .integer(Int64(count.upperBound)))
    }

    /// - Parameters:
    ///   - required: members that are always present.
    ///   - optional: members that may be absent.
    package static func object(
        _ required: KeyValuePairs<String, Schema>,
        optional: KeyValuePairs<String, Schema> = [:]
    ) -> Schema {
        object(
            required.map { (name: $0.key, schema: $0.value, isRequired: true) }
                + optional.map { (name: $0.key, schema: $0.value, isRequired: false) })
    }

    static func object(_ members: [(name: String, schema: Schema, isRequired: Bool)]) -> Schema {
        var properties = JSONObject()
        for member in members { properties.append(member.name, .object(member.schema.json)) }
        let schema = Schema(
            ["type": .string("object"), "properties": .object(properties)],
            components: members.flatMap(\.schema.components))
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        return required.isEmpty ? schema : schema.with("required", .array(required))
    }

    package static func oneOf(_ schemas: [Schema]) -> Schema {
        Schema(["oneOf": .array(schemas.map { .object($0.json) })], components: schemas.flatMap(\.components))
    }

    package static func anyOf(_ schemas: [Schema]) -> Schema {
        Schema(["anyOf": .array(schemas.map { .object($0.json) })], components: schemas.flatMap(\.components))
    }

    /// The same value or an empty string, which counts as absent in a query.
    package var orEmpty: Schema {
        guard case .array(let words)? = json["enum"] else { return .anyOf([self, .string(0...0)]) }
        return json.members.reduce(into: Schema([:], components: components)) { schema, member in
            schema.json.append(member.name, member.name == "enum" ? .array(words + [.string("")]) : member.value)
        }
    }

    /// A page of a list: its items, and the cursor of the next page.
    package static func page(of component: SchemaComponent) -> Schema {
        object([
            "items": list(of: reference(component)),
            "next_cursor": text.orNull.described("The next page's `cursor`; null on the last page."),
        ])
    }
}
