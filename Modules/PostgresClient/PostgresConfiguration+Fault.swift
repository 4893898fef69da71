import CLibPQ

extension PostgresConfiguration {
    /// What is wrong with a URL or conninfo, before anybody connects; nil when libpq can read it.
    ///
    /// libpq's own words quote what they are about, often the whole URL with its password. These quote nothing.
    public static func fault(in conninfo: String) -> String? {
        // As libpq decides: what is neither is a database's name.
        guard conninfo.contains("=") || uriSchemes.contains(where: { conninfo.hasPrefix($0) }) else { return nil }
        var message: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(message) }
        guard let options = PQconninfoParse(conninfo, &message) else {
            return message.map { unquoted(String(cString: $0)) } ?? "out of memory"
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            // A bare @ in a password: all behind it, the password's end among it, is taken for the host, and shown.
            if String(cString: keyword) == "host", let value = option.pointee.val, String(cString: value).contains("@")
            {
                return "the host has an @ in it; one in a password is written %40"
            }
            option += 1
        }
        return nil
    }

    private static let uriSchemes = ["postgresql://", "postgres://"]

    /// libpq's message up to the first quote of what was given; the marks that it names itself stay.
    static func unquoted(_ message: String) -> String {
        var text = ""
        var rest = message.trimmingTrailingNewlines()[...]
        while let quote = rest.firstIndex(of: "\"") {
            text += rest[..<quote]
            guard let mark = marks.first(where: { rest[quote...].hasPrefix($0) }) else { return text + "…" }
            text += mark
            rest = rest[quote...].dropFirst(mark.count)
        }
        return text + rest
    }

    private static let marks = ["\"=\"", "\"]\"", "\":\"", "\"/\"", "\"%00\""]
}
