public import Domain
public import JSON

/// What is wrong with a value, as a text that follows the field's name: `must be an integer`.
@usableFromInline
package struct FieldMessage: Error, Hashable {
    @usableFromInline package let text: String

    package init(_ text: String) {
        self.text = text
    }
}

/// How a value is checked, what it becomes, and how the description shows it. The same rule reads a member of a body and
/// a parameter of a query.
@usableFromInline
package struct FieldRule<Value>: Sendable {
    @usableFromInline package let fromJSON: @Sendable (JSONElement) throws(FieldMessage) -> Value
    @usableFromInline package let fromText: @Sendable (String) throws(FieldMessage) -> Value
    /// Called only for the OpenAPI description.
    package let schema: @Sendable () -> Schema

    @usableFromInline
    package init(
        schema: @escaping @Sendable () -> Schema,
        json: @escaping @Sendable (JSONElement) throws(FieldMessage) -> Value,
        text: @escaping @Sendable (String) throws(FieldMessage) -> Value
    ) {
        self.schema = schema
        fromJSON = json
        fromText = text
    }

    /// A rule for a JSON string or a query parameter.
    package init(
        schema: @escaping @Sendable () -> Schema, text: @escaping @Sendable (String) throws(FieldMessage) -> Value
    ) {
        self.init(
            schema: schema,
            json: { value throws(FieldMessage) in
                guard let string = value.string else { throw .notAString(value) }
                return try text(string)
            },
            text: text
        )
    }
}

// MARK: - Names

extension FieldRule where Value == SKU {
    package static var sku: Self {
        FieldRule(
            schema: { .sku },
            text: { text throws(FieldMessage) in
                guard let sku = SKU(text) else { throw .notACode }
                return sku
            })
    }
}

extension FieldRule where Value == WarehouseCode {
    package static var warehouseCode: Self {
        FieldRule(
            schema: { .warehouseCode },
            text: { text throws(FieldMessage) in
                guard let code = WarehouseCode(text) else { throw .notACode }
                return code
            })
    }
}

extension FieldRule {
    @inlinable
    package static func identifier<Entity>() -> Self where Value == Identifier<Entity> {
        // From the bytes of the body, without a string: every checkout has several identifiers.
        FieldRule(
            schema: { .identifier },
            json: { value throws(FieldMessage) in
                guard value.kind == .string else { throw .notAString(value) }
                guard let identifier = value.withUTF8({ Identifier<Entity>(utf8: $0) }) ?? nil else { throw .notAUUID }
                return identifier
            },
            text: { text throws(FieldMessage) in
                guard let identifier = Identifier<Entity>(text) else { throw .notAUUID }
                return identifier
            })
    }

    /// One of the raw values of an enumeration.
    package static func word() -> Self where Value: RawRepresentable<String> & CaseIterable & Sendable {
        let words = Array(Value.allCases)
        return FieldRule(
            schema: { .words(of: Value.self) },
            text: { text throws(FieldMessage) in
                guard let value = Value(rawValue: text) else {
                    throw FieldMessage("must be one of " + words.map(\.rawValue).joined(separator: ", "))
                }
                return value
            })
    }
}

extension FieldMessage {
    @usableFromInline static let notAUUID = FieldMessage("must be a UUID")

    @usableFromInline
    static func notAString(_ value: JSONElement) -> FieldMessage {
        FieldMessage("must be a string, not \(value.kind.words)")
    }

    /// For SKUs and warehouse codes, which share one form.
    static let notACode = FieldMessage("must be 1 to 64 characters of A-Z a-z 0-9 . _ - / and not . or ..")
}
