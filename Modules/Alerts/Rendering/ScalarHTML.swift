internal import Mustache

/// Escapes for HTML scalar by scalar. The engine's own escapes by characters, and to it `<` under a combining accent is
/// not a `<`, which a browser sees otherwise.
struct ScalarHTML: MustacheContentType {
    static let name = "SCALAR-HTML"

    /// Makes the name known to templates; once in a process, before the first is parsed.
    static let isRegistered: Bool = {
        MustacheContentTypes.register(ScalarHTML(), named: name)
        return true
    }()

    func escapeText(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
