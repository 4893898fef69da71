import Basics
internal import Mustache

/// Escapes HTML scalar by scalar. The engine's own escaping works on characters and misses a `<` with a combining
/// accent, which a browser still reads as `<`.
struct ScalarHTML: MustacheContentType {
    static let name = "DASHBOARD-HTML"

    /// Registers the content type for templates; evaluated once per process, before the first template is parsed.
    static let isRegistered: Bool = {
        MustacheContentTypes.register(ScalarHTML(), named: name)
        return true
    }()

    func escapeText(_ text: String) -> String { HTMLText.escaped(text) }
}
