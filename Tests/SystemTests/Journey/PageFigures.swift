import Foundation

/// The figures of a dashboard page, read from its attributes: `data-figure` and `data-note` of tiles, `data-row` with
/// `data-key` of rows, and `data-field` inside them.
struct PageFigures {
    let html: String

    init(_ answer: Answer) throws {
        guard answer.status == 200 else { throw Failure("no page: \(answer)") }
        html = String(decoding: answer.bytes, as: UTF8.self)
    }

    /// The texts of all elements with an attribute, keyed by its value; text of nested elements is left out.
    func texts(_ attribute: String) -> JSON {
        let pairs = html.matches(of: Self.pattern("\(attribute)=\"([^\"]*)\"[^>]*>([^<]*)")).map { match in
            (match.text(1), JSON.string(Self.plain(match.text(2))))
        }
        return .object(Dictionary(pairs) { $1 })
    }

    /// The rows of a kind from top to bottom: their key, their fields and, as `calls`, the API calls of their buttons.
    func rows(_ kind: String) -> [JSON] {
        let row = Self.pattern("data-row=\"\(kind)\" data-key=\"([^\"]*)\"(.*?)</tr>").dotMatchesNewlines()
        return html.matches(of: row).map { match in
            let body = match.text(2)
            var fields: [String: JSON] = ["key": .string(Self.plain(match.text(1)))]
            for field in body.matches(of: Self.field) {
                fields[field.text(1)] = .string(Self.plain(field.text(2) + field.text(3)))
            }
            let calls = body.matches(of: Self.call).map { $0.text(1) }
            if !calls.isEmpty { fields["calls"] = .string(calls.joined(separator: " ")) }
            return .object(fields)
        }
    }

    /// The address of the list's next page.
    var next: String? { html.firstMatch(of: Self.nextPage).map { Self.unescaped($0.text(1)) } }

    /// The page's part with this id.
    func part(_ id: String) -> String {
        let pattern = Self.pattern("id=\"\(id)\" data-live>(.*?)</section>").dotMatchesNewlines()
        return html.firstMatch(of: pattern)?.text(1) ?? ""
    }

    // MARK: Texts

    /// Text in machine-readable form: figures without separators, entities decoded.
    static func plain(_ text: String) -> String {
        ungrouped(unescaped(text).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Without thousands separators, and with an ASCII minus sign.
    static func ungrouped(_ text: String) -> String {
        var plain = ""
        let characters = Array(text.unicodeScalars)
        for (index, character) in characters.enumerated() {
            let isBetweenDigits =
                index > 0 && index + 1 < characters.count && isDigit(characters[index - 1])
                && isDigit(characters[index + 1])
            if character == ",", isBetweenDigits { continue }
            plain.unicodeScalars.append(character == "\u{2212}" ? "-" : character)
        }
        return plain
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    static func unescaped(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }

    // MARK: Patterns

    static func pattern(_ text: String) -> Regex<AnyRegexOutput> {
        do { return try Regex(text) } catch { fatalError("\(text): \(error)") }
    }

    private static var field: Regex<AnyRegexOutput> {
        pattern("data-field=\"([^\"]*)\"[^>]*>(?:<time datetime=\"([^\"]*)\"|([^<]*))")
    }
    private static var call: Regex<AnyRegexOutput> { pattern("data-call=\"/api/v1/([^\"]*)\"") }
    private static var nextPage: Regex<AnyRegexOutput> { pattern("<a href=\"([^\"]*)\" rel=\"next\">") }
}

extension Regex<AnyRegexOutput>.Match {
    /// The text of a group; empty if the group did not match.
    func text(_ group: Int) -> String { output[group].substring.map(String.init) ?? "" }
}
