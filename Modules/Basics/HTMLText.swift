/// Escapes text for HTML and SVG, in an element or in a quoted attribute.
package enum HTMLText {
    /// Escapes scalar by scalar: to a browser, `<` under a combining accent is still a `<`, which it is not as a
    /// `Character`.
    @inlinable
    package static func escaped(_ text: some StringProtocol) -> String {
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
