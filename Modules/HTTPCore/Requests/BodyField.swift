/// A member of a request's body, declared once: `FieldReader` and the OpenAPI description both follow this declaration.
package protocol BodyMember: Sendable {
    var name: String { get }
    var isRequired: Bool { get }
    /// The value's schema in the OpenAPI description.
    var schema: Schema { get }
}

/// A member that holds one value. A class: each request reads several, and a reference costs less than a copy of its rule.
@usableFromInline
package final class BodyField<Value: Sendable>: BodyMember {
    @usableFromInline
    package enum Presence: Sendable {
        case required
        /// Absent and `null` mean the same.
        case optional
        /// For a PATCH: absent leaves the value unchanged, and `null` is invalid.
        case patch
        /// For a PATCH: absent leaves the value unchanged, and `null` removes it.
        case removable
    }

    @usableFromInline package let name: String
    @usableFromInline let presence: Presence
    @usableFromInline let rule: FieldRule<Value>
    private let note: String?
    private let standard: Int64?

    private init(
        _ name: String, _ presence: Presence, _ rule: FieldRule<Value>, _ note: String?, standard: Int64? = nil
    ) {
        self.name = name
        self.presence = presence
        self.rule = rule
        self.note = note
        self.standard = standard
    }

    /// - Parameter note: a text for the OpenAPI description.
    package static func required(_ name: String, _ rule: FieldRule<Value>, _ note: String? = nil) -> BodyField {
        BodyField(name, .required, rule, note)
    }

    /// - Parameter standard: the default value that the OpenAPI description states.
    package static func optional(
        _ name: String, _ rule: FieldRule<Value>, standard: Int64? = nil, _ note: String? = nil
    ) -> BodyField {
        BodyField(name, .optional, rule, note, standard: standard)
    }

    package static func patch(_ name: String, _ rule: FieldRule<Value>) -> BodyField {
        BodyField(name, .patch, rule, nil)
    }

    package static func removable(_ name: String, _ rule: FieldRule<Value>) -> BodyField {
        BodyField(name, .removable, rule, nil)
    }

    package var isRequired: Bool { presence == .required }

    package var schema: Schema {
        var schema = rule.schema()
        if let standard { schema = schema.standard(standard) }
        if presence == .optional || presence == .removable { schema = schema.orNull }
        return note.map { schema.described($0) } ?? schema
    }
}

/// An optional member that holds a list of plain values.
@usableFromInline
package final class BodyList<Value: Sendable>: BodyMember {
    @usableFromInline package let name: String
    @usableFromInline let count: ClosedRange<Int>
    @usableFromInline let rule: FieldRule<Value>

    package init(_ name: String, count: ClosedRange<Int>, of rule: FieldRule<Value>) {
        self.name = name
        self.count = count
        self.rule = rule
    }

    package var isRequired: Bool { false }
    package var schema: Schema { .list(of: rule.schema(), count: count).orNull }
}

/// A required member that holds a list of objects.
@usableFromInline
package final class BodyObjects: BodyMember {
    @usableFromInline package let name: String
    @usableFromInline let count: ClosedRange<Int>
    private let element: Schema

    package init(_ name: String, count: ClosedRange<Int>, of element: Schema) {
        self.name = name
        self.count = count
        self.element = element
    }

    package var isRequired: Bool { true }
    package var schema: Schema { .list(of: element, count: count) }
}

/// A required member with a constant text, such as the discriminator of several forms of an object.
@usableFromInline
package struct BodyConstant: BodyMember {
    @usableFromInline package let name: String
    private let text: String

    package init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    package var isRequired: Bool { true }
    package var schema: Schema { .constant(text) }
}

extension Schema {
    /// An object of these members.
    /// - Parameter others: members of the body's other forms, which must be absent or null.
    package static func body(_ members: [any BodyMember], without others: [any BodyMember] = []) -> Schema {
        object(
            members.map { (name: $0.name, schema: $0.schema, isRequired: $0.isRequired) }
                + others.map { (name: $0.name, schema: .null, isRequired: false) })
    }
}
