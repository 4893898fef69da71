internal import FoundationEssentials

/// Reads a `.env`-style file.
///
/// One `NAME=value` per line; empty lines and lines that begin with `#` are ignored, and a leading `export` is allowed.
/// A value in single quotes is literal; in double quotes `\n`, `\"`, `\\` and `\$` mean what they mean in a shell; an
/// unquoted value ends before a space and `#`. Nothing is expanded. Any other line is an error, and so is a repeated
/// name: a typo in a file must not silently select a default.
enum EnvironmentFile {
    static func read(_ path: String) throws(SettingsError) -> [String: String] {
        let contents: String
        do {
            contents = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw SettingsError(setting: "--config", reason: "names a file that cannot be read: \(quoted(path))")
        }
        do {
            return try parse(contents)
        } catch {
            throw SettingsError(setting: "--config", reason: "\(quoted(path)) line \(error.line): \(error.reason)")
        }
    }

    struct Fault: Error, Hashable {
        let line: Int
        let reason: String
    }

    static func parse(_ contents: String) throws(Fault) -> [String: String] {
        var values: [String: String] = [:]
        // `isNewline` also matches CR LF, which is one character in Swift.
        let lines = contents.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            var text = trimmed(line)
            if text.isEmpty || text.hasPrefix("#") { continue }
            if text.hasPrefix("export ") { text = trimmed(text.dropFirst("export ".count)) }
            guard let equals = text.firstIndex(of: "=") else {
                throw Fault(line: index + 1, reason: "is not NAME=value")
            }
            let name = String(text[..<equals])
            guard isName(name) else { throw Fault(line: index + 1, reason: "\(quoted(name)) is not a name") }
            guard let value = value(trimmed(text[text.index(after: equals)...])) else {
                throw Fault(line: index + 1, reason: "the quotes of \(name) do not match")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw Fault(line: index + 1, reason: "gives \(name) a second time")
            }
        }
        return values
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default:
                false
            }
        }
    }

    /// The value without its quotes or trailing comment; nil if a quote is not closed.
    private static func value(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "'" || quote == "\"" else {
            let end = text.indices.first { index in
                text[index] == "#" && (index == text.startIndex || text[text.index(before: index)].isWhitespace)
            }
            return String(trimmed(text[..<(end ?? text.endIndex)]))
        }
        var result = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                let tail = trimmed(rest)
                return tail.isEmpty || tail.hasPrefix("#") ? result : nil
            }
            guard character == "\\", quote == "\"", let escaped = rest.popFirst() else {
                result.append(character)
                continue
            }
            switch escaped {
            case "n": result.append("\n")
            case "\"", "\\", "$": result.append(escaped)
            default: result += "\\\(escaped)"
            }
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start.prefix(0) }
        return start[...last]
    }
}
