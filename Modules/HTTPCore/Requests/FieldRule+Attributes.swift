import JSON

extension FieldRule where Value == String {
    /// A product's `attributes`: a JSON object, stored as compact text.
    ///
    /// Rejects what PostgreSQL's `jsonb` cannot store, so that it is a 422 and not a 500: U+0000 anywhere, and numbers far
    /// beyond a double.
    package static var attributes: Self {
        FieldRule(
            schema: { .anyObject },
            json: { element throws(FieldMessage) in
                guard element.kind == .object else {
                    throw FieldMessage("must be an object, not \(element.kind.words)")
                }
                let value = JSONValue(element)
                try check(value)
                var writer = JSONWriter()
                writer.value(value)
                guard writer.bytes.count <= AttributeLimits.bytes else {
                    throw FieldMessage("must have at most \(AttributeLimits.bytes) bytes")
                }
                return String(decoding: writer.bytes, as: UTF8.self)
            },
            text: { _ throws(FieldMessage) in throw FieldMessage("must be an object") }
        )
    }

    private static func check(_ value: JSONValue) throws(FieldMessage) {
        switch value {
        case .null, .bool: break
        case .string(let text): try check(text)
        case .number(let number):
            guard abs(number.magnitude) <= AttributeLimits.magnitude,
                number.text.utf8.count <= AttributeLimits.numberCharacters
            else { throw FieldMessage("must not contain a number beyond 1e308 or of more than 400 digits") }
        case .array(let elements):
            for element in elements { try check(element) }
        case .object(let object):
            for member in object.members {
                try check(member.name)
                try check(member.value)
            }
        }
    }

    private static func check(_ text: String) throws(FieldMessage) {
        guard !text.utf8.contains(0) else { throw FieldMessage("must not contain U+0000") }
    }
}

private enum AttributeLimits {
    /// 16 KiB: enough for facts about a product, too little for pictures.
    static let bytes = 16 << 10
    /// The largest power of ten that a double holds.
    static let magnitude = 308
    static let numberCharacters = 400
}
