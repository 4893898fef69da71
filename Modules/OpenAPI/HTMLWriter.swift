import Basics

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
        html += HTMLText.escaped(text)
    }

    /// Writes text in which words between backquotes become code.
    mutating func prose(_ text: String) {
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            html += index.isMultiple(of: 2) ? HTMLText.escaped(part) : "<code>\(HTMLText.escaped(part))</code>"
        }
    }

    /// Writes HTML that is known to be well formed.
    mutating func raw(_ html: String) {
        self.html += html
    }
}
