/// Keeps names from affecting the text around them. Names may hold any scalar: emoji, right-to-left text, bidirectional
/// overrides and, in corrupt data, line breaks.
enum DisplayText {
    /// Replaces control characters and line separators by spaces.
    static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(isControl(scalar) ? " " : scalar) }
        return String(scalars)
    }

    /// The cleaned text between U+2068 and U+2069, so that its direction does not affect the text beside it. ASCII text
    /// needs no isolation and gets none.
    static func isolated(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? clean(text) : "\u{2068}\(balanced(clean(text)))\u{2069}"
    }

    /// Drops closing isolates that the text did not open, which would close ours, and closes those that it leaves open.
    static func balanced(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var depth = 0
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{2066}"..."\u{2068}": depth += 1
            case "\u{2069}" where depth == 0: continue
            case "\u{2069}": depth -= 1
            default: break
            }
            scalars.append(scalar)
        }
        for _ in 0..<depth { scalars.append("\u{2069}") }
        return String(scalars)
    }

    /// At most `limit` characters, the last an ellipsis when something was cut off.
    ///
    /// A character may be a letter with any number of accents, so scalars are bounded too: four per character.
    static func cut(_ text: String, at limit: Int) -> String {
        guard text.count > limit || text.unicodeScalars.count > 4 * limit else { return text }
        let bounded = String(String.UnicodeScalarView(text.unicodeScalars.prefix(4 * limit - 1)))
        return bounded.prefix(limit - 1) + "…"
    }

    /// C0, DEL, C1 and the two separators that some programs treat as line breaks.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Changes the direction of what follows.
    static func isDirectional(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
