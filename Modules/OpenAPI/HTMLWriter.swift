/// Writes HTML and escapes every text.
struct HTMLWriter {
    private(set) var html = ""

    /// Writes an element whose content the body writes.
    mutating func element(_ name: String, _ attributes: String = "", _ body: (inout HTMLWriter) -> Void) {
        html += "<\(name)\(attributes.isEmpty ? "" : " ")\(attributes)>"
        body(&self)
        html += "</\(name)>\n"
    }

    mutating func element(_ name: String, _ attributes: String = "", text: String) {
        element(name, attributes) { $0.text(text) }
    }

    mutating func text(_ text: String) {
        html += Self.escape(text)
    }

    /// Writes text in which words between backquotes become code.
    mutating func prose(_ text: String) {
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            html += index.isMultiple(of: 2) ? Self.escape(part) : "<code>\(Self.escape(part))</code>"
        }
    }

    /// Writes HTML that is known to be well formed.
    mutating func raw(_ html: String) {
        self.html += html
    }

    static func escape(_ text: some StringProtocol) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
