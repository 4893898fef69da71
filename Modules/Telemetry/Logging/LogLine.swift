internal import Logging

/// A record in the form of one line. Pure; nothing that a caller sends can begin a second line or pose as another field.
struct LogLine {
    let time: LogTime
    let level: String
    let label: String
    let message: String
    let metadata: Logger.Metadata

    // MARK: - Text

    var text: String {
        var line = "\(time) \(level) \(word(label)) "
        appendEscaped(message, to: &line, escapingQuotes: false)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(word(key))=\(word(plain(value)))"
        }
        return line
    }

    /// The text as one word: in quotes where it would else be taken for several.
    private func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { isHarmless($0) && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "=") }
        if isPlain, !text.isEmpty { return text }
        var result = "\""
        appendEscaped(text, to: &result, escapingQuotes: true)
        return result + "\""
    }

    private func plain(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let text): return text
        case .stringConvertible(let value): return value.description
        case .array, .dictionary:
            var result = ""
            appendJSON(value, to: &result)
            return result
        }
    }

    // MARK: - JSON

    /// The names that the line itself gives; metadata of such a name gets `metadata_` in front.
    private static let ownNames: Set<String> = ["time", "level", "label", "message"]

    var json: String {
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level)\",\"label\":"
        appendJSON(label, to: &line)
        line += ",\"message\":"
        appendJSON(message, to: &line)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += ","
            appendJSON(Self.ownNames.contains(key) ? "metadata_\(key)" : key, to: &line)
            line += ":"
            appendJSON(value, to: &line)
        }
        return line + "}"
    }

    private func appendJSON(_ value: Logger.Metadata.Value, to line: inout String) {
        switch value {
        case .string(let text): appendJSON(text, to: &line)
        case .stringConvertible(let value): appendJSON(value.description, to: &line)
        case .array(let values):
            line += "["
            for (index, value) in values.enumerated() {
                if index > 0 { line += "," }
                appendJSON(value, to: &line)
            }
            line += "]"
        case .dictionary(let members):
            line += "{"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { line += "," }
                appendJSON(member.key, to: &line)
                line += ":"
                appendJSON(member.value, to: &line)
            }
            line += "}"
        }
    }

    private func appendJSON(_ text: String, to line: inout String) {
        line += "\""
        appendEscaped(text, to: &line, escapingQuotes: true)
        line += "\""
    }
}

/// Control characters (C0, DEL, C1) and Unicode's own line ends and direction marks, by which a line could be broken or
/// shown as something that it is not.
private func mustBeEscaped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
}

/// ASCII that can be seen, but no quote and no backslash: nearly all that is ever logged.
private func isHarmless(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// With JSON's escapes, which are as readable in text.
private func appendEscaped(_ text: String, to line: inout String, escapingQuotes: Bool) {
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
