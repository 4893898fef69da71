/// Control characters (C0, DEL, C1) and Unicode's own line ends and direction marks, by which a line could be broken or
/// shown as something that it is not.
private func mustBeEscaped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
}

/// ASCII that can be seen, but no quote and no backslash: nearly all that is ever logged.
func isHarmless(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// Appends the text as a JSON string, with its quotes.
func appendQuoted(_ text: String, to line: inout String) {
    line += "\""
    appendEscaped(text, to: &line, escapingQuotes: true)
    line += "\""
}

/// With JSON's escapes, which are as readable in text.
func appendEscaped(_ text: String, to line: inout String, escapingQuotes: Bool) {
    if text.utf8.allSatisfy(isHarmless) {
        line += text
        return
    }
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n": line += "\\n"
        case "\r": line += "\\r"
        case "\t": line += "\\t"
        case "\"" where escapingQuotes: line += "\\\""
        case "\\" where escapingQuotes: line += "\\\\"
        case _ where mustBeEscaped(scalar):
            let digits = String(scalar.value, radix: 16)
            line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: line.unicodeScalars.append(scalar)
        }
    }
}
