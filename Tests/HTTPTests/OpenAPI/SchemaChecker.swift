import Domain
import Foundation

@testable import HTTPCore
@testable import JSON
@testable import OpenAPI

/// Checks JSON against the description's schemas. It knows only the JSON Schema keywords that the description uses; an
/// unknown keyword is a fault, and so is a member that the schema does not name.
struct SchemaChecker {
    private static let annotations: Set<String> = ["description", "examples", "default"]

    /// Schemas by name.
    let components: JSONObject

    init(_ document: OpenAPIDocument) {
        guard case .object(let components)? = document.json["components"],
            case .object(let schemas)? = components["schemas"]
        else { preconditionFailure("the document has no schemas") }
        self.components = schemas
    }

    /// Everything that does not match; empty for a valid value.
    func faults(_ value: JSONValue, _ schema: JSONValue?, at place: String = "$") -> [String] {
        guard case .object(let schema)? = schema else { return ["\(place): no schema"] }
        if case .string(let reference)? = schema["$ref"] {
            return faults(value, components[String(reference.split(separator: "/").last ?? "")], at: place)
        }
        return schema.members.flatMap { keyword, argument in
            check(value, keyword, argument, schema).map { "\(place)\($0)" }
        }
    }

    /// Faults, each starting with its path below the place.
    private func check(_ value: JSONValue, _ keyword: String, _ argument: JSONValue, _ schema: JSONObject) -> [String] {
        switch (keyword, argument, value) {
        case (let keyword, _, _) where Self.annotations.contains(keyword): return []
        case ("type", .string(let type), _): return value.isOf(type) ? [] : [": \(value.kind) is no \(type)"]
        case ("type", .array(let types), _):
            return types.contains { value.isOf($0.word) } ? [] : [": \(value.kind) is not one of the types"]
        case ("const", _, _): return value == argument ? [] : [": is not the constant"]
        case ("enum", .array(let values), _): return values.contains(value) ? [] : [": is not one of the words"]
        case ("oneOf", .array(let schemas), _):
            let count = schemas.count { faults(value, $0).isEmpty }
            return count == 1 ? [] : [": fits \(count) of the alternatives"]
        case ("anyOf", .array(let schemas), _):
            return schemas.contains { faults(value, $0).isEmpty } ? [] : [": fits none of the alternatives"]
        case ("not", _, _): return faults(value, argument).isEmpty ? [": fits what it must not"] : []
        case ("properties", .object(let properties), .object(let object)):
            return object.members.flatMap { name, member in
                properties[name].map { faults(member, $0, at: ".\(name)") }
                    ?? (schema["type"] != nil && schema["additionalProperties"] == nil
                        ? [".\(name): is not in the schema"] : [])
            }
        case ("additionalProperties", .object, .object(let object)):
            return object.members.flatMap { faults($0.value, argument, at: ".\($0.name)") }
        case ("additionalProperties", .bool(true), _): return []
        case ("required", .array(let names), .object(let object)):
            return names.filter { object[$0.word] == nil }.map { ".\($0.word): is missing" }
        case ("items", _, .array(let elements)):
            return elements.enumerated().flatMap { faults($1, argument, at: "[\($0)]") }
        case ("minItems", .number(let bound), .array(let elements)):
            return elements.count >= Int(bound.text) ?? 0 ? [] : [": has too few elements"]
        case ("maxItems", .number(let bound), .array(let elements)):
            return elements.count <= Int(bound.text) ?? 0 ? [] : [": has too many elements"]
        case ("minimum", .number(let bound), .number(let number)):
            return number.double >= bound.double ? [] : [": is too low"]
        case ("maximum", .number(let bound), .number(let number)):
            return number.double <= bound.double ? [] : [": is too high"]
        case ("multipleOf", .number(let unit), .number(let number)):
            return number.scaled(places: unit.text.count - 2) == .fraction ? [": has too many places"] : []
        case ("minLength", .number(let bound), .string(let text)):
            return text.unicodeScalars.count >= Int(bound.text) ?? 0 ? [] : [": is too short"]
        case ("maxLength", .number(let bound), .string(let text)):
            return text.unicodeScalars.count <= Int(bound.text) ?? 0 ? [] : [": is too long"]
        case ("pattern", .string(let pattern), .string(let text)):
            let found = text.range(of: pattern, options: .regularExpression) != nil
            return found ? [] : [": is not of the pattern \(pattern)"]
        case ("format", .string(let format), _): return checkFormat(value, format)
        case ("minItems", _, _), ("maxItems", _, _), ("items", _, _), ("properties", _, _), ("required", _, _),
            ("minimum", _, _), ("maximum", _, _), ("multipleOf", _, _), ("minLength", _, _), ("maxLength", _, _),
            ("pattern", _, _), ("additionalProperties", .object, _):
            // These keywords apply only to values of another type.
            return []
        default: return [": the keyword \(keyword) is unknown"]
        }
    }

    private func checkFormat(_ value: JSONValue, _ format: String) -> [String] {
        guard case .string(let text) = value else { return [] }
        let isRight =
            switch format {
            case "uuid": UUID(uuidString: text) != nil
            case "date-time": RFC3339.parse(text) != nil
            case "uri-reference": URL(string: text) != nil
            default: false
            }
        return isRight ? [] : [": is no \(format)"]
    }
}

extension JSONValue {
    /// A string's text; empty for any other value.
    var word: String {
        if case .string(let text) = self { text } else { "" }
    }

    fileprivate func isOf(_ type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array),
            ("object", .object):
            true
        case ("integer", .number(let number)): number.integer != .fraction
        default: false
        }
    }
}

extension JSONNumber {
    fileprivate var double: Double { Double(text) ?? .nan }
}
