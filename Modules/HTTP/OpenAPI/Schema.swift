/// A JSON schema (draft 2020-12, as OpenAPI 3.1 has it), of the few keywords that the API's description needs.
struct Schema: Sendable {
    private(set) var json: JSONObject

    init(_ json: JSONObject) {
        self.json = json
    }

    /// Adds a keyword.
    func with(_ keyword: String, _ value: JSONValue) -> Schema {
        var schema = self
        schema.json.append(keyword, value)
        return schema
    }

    func described(_ text: String) -> Schema { with("description", .string(text)) }

    func example(_ text: String) -> Schema { with("examples", .array([.string(text)])) }

    func standard(_ value: Int64) -> Schema { with("default", .integer(value)) }

    /// The same value or `null`.
    var orNull: Schema {
        guard case .string(let type)? = json["type"] else {
            return Schema(["anyOf": .array([.object(json), .object(["type": .string("null")])])])
        }
        var schema = Schema([:])
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

// MARK: - Plain values

extension Schema {
    static let boolean = Schema(["type": .string("boolean")])
    static let null = Schema(["type": .string("null")])
    static let number = Schema(["type": .string("number")])
    static let text = Schema(["type": .string("string")])

    static func integer(_ range: ClosedRange<Int64>? = nil) -> Schema {
        var schema = Schema(["type": .string("integer"), "format": .string("int64")])
        guard let range else { return schema }
        if range.lowerBound != .min { schema = schema.with("minimum", .integer(range.lowerBound)) }
        if range.upperBound != .max { schema = schema.with("maximum", .integer(range.upperBound)) }
        return schema
    }

    static func string(_ count: ClosedRange<Int>? = nil, pattern: String? = nil, format: String? = nil) -> Schema {
        var schema = text
        if let count {
            if count.lowerBound > 0 { schema = schema.with("minLength", .integer(Int64(count.lowerBound))) }
            schema = schema.with("maxLength", .integer(Int64(count.upperBound)))
        }
        if let pattern { schema = schema.with("pattern", .string(pattern)) }
        if let format { schema = schema.with("format", .string(format)) }
        return schema
    }

    static func words(_ words: [String]) -> Schema { text.with("enum", .array(words.map(JSONValue.string))) }

    /// The words of an enumeration, by which `FieldRule.word()` reads it too.
    static func words<Word: RawRepresentable<String> & CaseIterable>(of _: Word.Type) -> Schema {
        words(Word.allCases.map(\.rawValue))
    }

    static func constant(_ text: String) -> Schema { self.text.with("const", .string(text)) }
}

// MARK: - Composed values

extension Schema {
    static func reference(_ component: SchemaComponent) -> Schema {
        Schema(["$ref": .string("#/components/schemas/\(component.name)")])
    }

    static func list(of element: Schema, count: ClosedRange<Int>? = nil) -> Schema {
        let schema = Schema(["type": .string("array"), "items": .object(element.json)])
        guard let count else { return schema }
        return schema.with("minItems", .integer(Int64(count.lowerBound)))
            .with("maxItems", .integer(Int64(count.upperBound)))
    }

    /// - Parameters:
    ///   - required: members that are always there.
    ///   - optional: members that may be absent.
    static func object(
        _ required: KeyValuePairs<String, Schema>,
        optional: KeyValuePairs<String, Schema> = [:]
    ) -> Schema {
        var properties = JSONObject()
        for (name, schema) in required { properties.append(name, .object(schema.json)) }
        for (name, schema) in optional { properties.append(name, .object(schema.json)) }
        let schema = Schema(["type": .string("object"), "properties": .object(properties)])
        return required.isEmpty ? schema : schema.with("required", .array(required.map { .string($0.key) }))
    }

    static func oneOf(_ schemas: [Schema]) -> Schema {
        Schema(["oneOf": .array(schemas.map { .object($0.json) })])
    }

    static func anyOf(_ schemas: [Schema]) -> Schema {
        Schema(["anyOf": .array(schemas.map { .object($0.json) })])
    }

    /// The same or an empty text, which counts as absent in a query.
    var orEmpty: Schema {
        guard case .array(let words)? = json["enum"] else { return .anyOf([self, .string(0...0)]) }
        return json.members.reduce(into: Schema([:])) { schema, member in
            schema.json.append(member.name, member.name == "enum" ? .array(words + [.string("")]) : member.value)
        }
    }

    /// A page of a list (api.md, *Conventions*).
    static func page(of component: SchemaComponent) -> Schema {
        object([
            "items": list(of: reference(component)),
            "next_cursor": text.orNull.described("The next page's `cursor`; null on the last page."),
        ])
    }
}
