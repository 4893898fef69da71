internal import Logging

/// Formats a record as one line. A pure function; no input of a caller can begin a second line or pose as another
/// field.
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

    /// The text as one word: quoted if it would otherwise read as several words.
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

    /// The line's own member names; metadata with such a name gets the prefix `metadata_`.
    private static let ownNames: Set<String> = ["time", "level", "label", "message"]

    var json: String {
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level)\",\"label\":"
        appendQuoted(label, to: &line)
        line += ",\"message\":"
        appendQuoted(message, to: &line)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += ","
            appendQuoted(Self.ownNames.contains(key) ? "metadata_\(key)" : key, to: &line)
            line += ":"
            appendJSON(value, to: &line)
        }
        return line + "}"
    }

    private func appendJSON(_ value: Logger.Metadata.Value, to line: inout String) {
        switch value {
        case .string(let text): appendQuoted(text, to: &line)
        case .stringConvertible(let value): appendQuoted(value.description, to: &line)
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
                appendQuoted(member.key, to: &line)
                line += ":"
                appendJSON(member.value, to: &line)
            }
            line += "}"
        }
    }
}
