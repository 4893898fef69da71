/// Control characters (C0, DEL, C1) and Unicode's line ends and direction marks, which could break a line or disguise
/// its content.
private func mustBeEscaped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
}

/// Visible ASCII except quote and backslash: nearly everything that is logged.
func isHarmless(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// Appends the text as a quoted JSON string.
func appendQuoted(_ text: String, to line: inout String) {
    line += "\""
    appendEscaped(text, to: &line, escapingQuotes: true)
    line += "\""
}

/// Uses JSON's escapes, which are readable in text too.
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
