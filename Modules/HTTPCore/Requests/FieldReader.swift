import Domain
public import JSON
public import UseCases

/// Reads the fields of a JSON object and collects every fault with its path, so that one response reports them all.
///
/// A `null` field counts as absent. Unknown fields are ignored.
@usableFromInline
package struct FieldReader {
    @usableFromInline let object: JSONElement
    /// The prefix of field names in faults: `items[0].`.
    private let prefix: Prefix
    @usableFromInline package private(set) var faults: [FieldFault]

    private enum Prefix {
        case none
        case element(list: String, index: Int)
    }

    /// - Parameter object: an object; in any other value, every field is absent.
    package init(_ object: JSONElement, faults: [FieldFault] = []) {
        self.object = object
        prefix = .none
        self.faults = faults
    }

    @usableFromInline
    init(_ object: JSONElement, list: String, index: Int) {
        self.object = object
        prefix = .element(list: list, index: index)
        faults = []
    }

    // MARK: Declared members

    /// Reads a member by its declaration.
    /// - Returns: nil when the member is absent or invalid; adds a fault unless it may be absent.
    @inlinable @inline(__always)
    package mutating func read<Value>(_ field: BodyField<Value>) -> Value? {
        switch field.presence {
        case .required: required(field.name, field.rule)
        case .optional, .removable: optional(field.name, field.rule)
        case .patch: changed(field.name, field.rule)
        }
    }

    /// Reads a member if the object has it: nil when it is absent, nil inside when it is invalid.
    @inlinable @inline(__always)
    package mutating func readIfPresent<Value>(_ field: BodyField<Value>) -> Value?? {
        value(field.name).map { read(field.name, $0, field.rule) }
    }

    /// Reads a member that a PATCH may remove: `nil` when absent or invalid, `.some(nil)` when `null`.
    @inlinable
    package mutating func readRemovable<Value>(_ field: BodyField<Value>) -> Value?? {
        isNull(field.name) ? .some(nil) : read(field).map(Optional.some)
    }

    @inlinable
    package mutating func read<Value>(_ list: BodyList<Value>) -> [Value]? {
        optionalList(list.name, count: list.count, list.rule)
    }

    /// The elements of a list of objects, each read by its own reader. A list of the wrong length is not read.
    @inlinable
    package mutating func read<Element>(
        _ list: BodyObjects, _ element: (inout FieldReader, Int) -> Element?
    ) -> [Element]? {
        self.list(list.name, count: list.count, element)
    }

    // MARK: Fields

    /// Whether the field is present and not `null`.
    @inlinable
    package func has(_ name: String) -> Bool {
        value(name) != nil
    }

    /// Whether the field is present and `null`.
    @usableFromInline
    package func isNull(_ name: String) -> Bool {
        object[name]?.kind == .null
    }

    /// nil when the field is absent or invalid; adds a fault for both.
    @inlinable
    package mutating func required<Value>(_ name: String, _ rule: FieldRule<Value>) -> Value? {
        guard let value = value(name) else {
            fault(name, "is required")
            return nil
        }
        return read(name, value, rule)
    }

    /// nil when the field is absent or invalid; adds a fault if it is invalid.
    @inlinable
    package mutating func optional<Value>(_ name: String, _ rule: FieldRule<Value>) -> Value? {
        value(name).flatMap { read(name, $0, rule) }
    }

    /// A field of a PATCH that cannot be removed: nil when absent or invalid; `null` is invalid.
    @inlinable
    package mutating func changed<Value>(_ name: String, _ rule: FieldRule<Value>) -> Value? {
        guard !isNull(name) else {
            fault(name, "must not be null")
            return nil
        }
        return optional(name, rule)
    }

    /// The elements of a list of objects, each read by its own reader. A list of the wrong length is not read.
    @inlinable
    package mutating func list<Element>(
        _ name: String,
        count: ClosedRange<Int>,
        _ element: (inout FieldReader, Int) -> Element?
    ) -> [Element]? {
        guard let values = elements(name, count: count) else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        var index = 0
        for value in values {
            if value.kind == .object {
                var reader = FieldReader(value, list: name, index: index)
                if let element = element(&reader, index) { elements.append(element) }
                if !reader.faults.isEmpty { add(reader.faults) }
            } else {
                fault("\(name)[\(index)]", "must be an object, not \(value.kind.words)")
            }
            index += 1
        }
        return elements.count == values.count ? elements : nil
    }

    /// The elements of an optional list of plain values.
    @inlinable
    package mutating func optionalList<Value>(
        _ name: String,
        count: ClosedRange<Int>,
        _ rule: FieldRule<Value>
    ) -> [Value]? {
        guard has(name), let values = elements(name, count: count) else { return nil }
        return values.enumerated().compactMap { index, value in read("\(name)[\(index)]", value, rule) }
    }

    @usableFromInline
    mutating func elements(_ name: String, count: ClosedRange<Int>) -> JSONElement.Elements? {
        guard let value = value(name) else {
            fault(name, "is required")
            return nil
        }
        guard value.kind == .array else {
            fault(name, "must be a list, not \(value.kind.words)")
            return nil
        }
        let values = value.elements
        guard count.contains(values.count) else {
            fault(name, "must have \(count.lowerBound) to \(count.upperBound) elements")
            return nil
        }
        return values
    }

    @inlinable
    func value(_ name: String) -> JSONElement? {
        guard let value = object[name], value.kind != .null else { return nil }
        return value
    }

    @inlinable
    mutating func read<Value>(_ name: String, _ value: JSONElement, _ rule: FieldRule<Value>) -> Value? {
        do throws(FieldMessage) {
            return try rule.fromJSON(value)
        } catch {
            fault(name, error.text)
            return nil
        }
    }

    // MARK: Faults

    @usableFromInline
    mutating func add(_ further: [FieldFault]) {
        faults += further
    }

    /// Adds a fault of a field of this object; an empty name stands for the object itself.
    @usableFromInline
    package mutating func fault(_ name: String, _ message: String) {
        let field =
            switch prefix {
            case .none: name
            case .element(let list, let index): "\(list)[\(index)]\(name.isEmpty ? "" : ".")\(name)"
            }
        faults.append(FieldFault(field: field, message: message))
    }

    /// The values if all are present and the reader has no faults; otherwise nil.
    package func all<each Value>(_ values: repeat (each Value)?) -> (repeat each Value)? {
        guard faults.isEmpty else { return nil }
        return unwrap(repeat each values)
    }

    /// The same for two values, without the cost of parameter packs.
    @inlinable
    package func all<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
        faults.isEmpty ? unwrap(first, second) : nil
    }

    /// The error to throw when `all` returns nil.
    package var failure: ServiceFailure {
        faults.isEmpty ? .internalFault(cause: "a field is missing without a fault") : .invalid(faults)
    }
}

/// The values if all are present; otherwise nil.
package func unwrap<each Value>(_ values: repeat (each Value)?) -> (repeat each Value)? {
    do {
        return (repeat try present(each values))
    } catch {
        return nil
    }
}

/// The same for two values, without the cost of parameter packs.
@inlinable
package func unwrap<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
    guard let first, let second else { return nil }
    return (first, second)
}

private struct Missing: Error {}

private func present<Value>(_ value: Value?) throws(Missing) -> Value {
    guard let value else { throw Missing() }
    return value
}
