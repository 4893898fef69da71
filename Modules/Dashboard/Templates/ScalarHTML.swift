import Basics
internal import Mustache

/// Escapes for HTML scalar by scalar. The engine's own escapes by characters, and to it `<` under a combining accent is
/// not a `<`, which a browser sees otherwise.
struct ScalarHTML: MustacheContentType {
    static let name = "DASHBOARD-HTML"

    /// Makes the name known to templates; once in a process, before the first is parsed.
    static let isRegistered: Bool = {
        MustacheContentTypes.register(ScalarHTML(), named: name)
        return true
    }()

    func escapeText(_ text: String) -> String { HTMLText.escaped(text) }
}
