/// Writes HTML, with every text escaped.
struct HTMLWriter {
    private(set) var html = ""

    /// An element on lines of its own, with whatever the body writes inside.
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

    /// Text in which what stands between back quotes is code.
    mutating func prose(_ text: String) {
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            html += index.isMultiple(of: 2) ? Self.escape(part) : "<code>\(Self.escape(part))</code>"
        }
    }

    /// HTML that is known to be well formed.
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
