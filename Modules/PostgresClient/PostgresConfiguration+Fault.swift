import CLibPQ

extension PostgresConfiguration {
    /// What is wrong with a URL or conninfo; nil if libpq can parse it. Check it before connecting.
    ///
    /// libpq's own messages quote the text, often the whole URL with its password. This one quotes nothing.
    public static func fault(in conninfo: String) -> String? {
        // As in libpq: a text that is neither a URL nor a conninfo string is the name of a database.
        guard conninfo.contains("=") || uriSchemes.contains(where: { conninfo.hasPrefix($0) }) else { return nil }
        var message: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(message) }
        guard let options = PQconninfoParse(conninfo, &message) else {
            return message.map { unquoted(String(cString: $0)) } ?? "out of memory"
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            // With an unescaped @ in the password, libpq takes the rest of the password for the host, and would log it.
            if String(cString: keyword) == "host", let value = option.pointee.val, String(cString: value).contains("@")
            {
                return "the host contains an @; in a password, write it as %40"
            }
            option += 1
        }
        return nil
    }

    private static let uriSchemes = ["postgresql://", "postgres://"]

    /// libpq's message up to its first quotation of the input. Quoted punctuation that libpq expects is kept.
    static func unquoted(_ message: String) -> String {
        var text = ""
        var rest = message.trimmingTrailingNewlines()[...]
        while let quote = rest.firstIndex(of: "\"") {
            text += rest[..<quote]
            guard let expected = punctuation.first(where: { rest[quote...].hasPrefix($0) }) else { return text + "…" }
            text += expected
            rest = rest[quote...].dropFirst(expected.count)
        }
        return text + rest
    }

    private static let punctuation = ["\"=\"", "\"]\"", "\":\"", "\"/\"", "\"%00\""]
}
