/// The media types that routes accept.
enum ContentType {
    /// `application/json` or a type that ends in `+json` (RFC 6839), in UTF-8 if it names a character set. An empty
    /// field counts as absent.
    static func isJSON(_ field: String) -> Bool {
        // Nearly every request has this value, so skip the parsing.
        field == "application/json"
            || isUTF8(field) {
                $0 == "application/json" || ($0.hasSuffix("+json") && $0.split(separator: "/").count == 2)
            }
    }

    /// `text/csv` (RFC 7111), under the same conditions.
    static func isCSV(_ field: String) -> Bool {
        isUTF8(field) { $0 == "text/csv" }
    }

    /// `application/x-www-form-urlencoded`, under the same conditions.
    static func isForm(_ field: String) -> Bool {
        isUTF8(field) { $0 == "application/x-www-form-urlencoded" }
    }

    private static func isUTF8(_ field: String, _ isType: (String) -> Bool) -> Bool {
        let parts = field.split(separator: ";", omittingEmptySubsequences: false).map { trim($0).lowercased() }
        if parts == [""] { return true }
        guard let type = parts.first, isType(type) else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            !parameter.hasPrefix("charset=")
                || ["utf-8", "\"utf-8\"", "utf8"].contains(parameter.dropFirst("charset=".count))
        }
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
