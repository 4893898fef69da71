import Basics
import JSON

/// A short text for a schema: `integer 1 … 500`.
struct SchemaText {
    let html: String

    init(_ json: JSONObject) {
        html = Self.words(.object(json))
    }

    private static func words(_ value: JSONValue?) -> String {
        guard case .object(let json)? = value else { return "" }
        if case .string(let reference)? = json["$ref"] {
            let name = reference.split(separator: "/").last ?? ""
            return "<a href=\"#schema-\(name)\">\(name)</a>"
        }
        for keyword in ["oneOf", "anyOf"] {
            if json["type"] == nil, case .array(let schemas)? = json[keyword] {
                return schemas.map(words).joined(separator: " or ")
            }
        }
        if let constant = json["const"] { return code(constant) }
        if case .array(let words)? = json["enum"] { return words.map(code).joined(separator: ", ") }
        if case .object(let properties)? = json["properties"] {
            let members = properties.members.map { "\(HTMLText.escaped($0.name)): \(words($0.value))" }
            return "{" + members.joined(separator: ", ") + "}"
        }
        return ([type(json)] + bounds(json)).joined(separator: " ")
    }

    private static func type(_ json: JSONObject) -> String {
        switch json["type"] {
        case .string("array"): "list of " + words(json["items"])
        case .string(let type): type
        case .array(let types):
            types.map { if case .string(let type) = $0 { type } else { "" } }.joined(separator: " or ")
        default: "anything"
        }
    }

    private static func bounds(_ json: JSONObject) -> [String] {
        var texts: [String] = []
        if case .string(let format)? = json["format"], format != "int64" { texts.append("(\(format))") }
        for (low, high, unit) in [
            ("minimum", "maximum", ""), ("minLength", "maxLength", " characters"), ("minItems", "maxItems", " of them"),
        ] where json[low] != nil || json[high] != nil {
            texts.append("\(number(json[low])) … \(number(json[high]))\(unit)")
        }
        return texts
    }

    private static func number(_ value: JSONValue?) -> String {
        if case .number(let number)? = value { number.text } else { "" }
    }

    private static func code(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): "<code>\(HTMLText.escaped(text))</code>"
        case .number(let number): number.text
        default: "null"
        }
    }
}
