/// A request as far as a ``StatusServer`` looks at it.
struct StatusRequest: Equatable {
    let method: String
    /// Without the query.
    let path: String

    /// Reads a head as RFC 9112 has it: strictly, except that a line may end with LF alone.
    /// - Parameter head: all bytes up to the empty line, and no more than these.
    init(_ head: ArraySlice<UInt8>) throws(StatusRefusal) {
        var lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0
        }[...]
        guard let first = lines.popFirst() else { throw .badRequest }
        let version: Version
        (method, path, version) = try Self.requestLine(first)
        var hosts = 0
        for line in lines where !line.isEmpty {
            if try Self.fieldName(line).elementsEqual("host".utf8) { hosts += 1 }
        }
        // RFC 9112, 3.2: exactly one, from HTTP/1.1 on.
        guard hosts <= 1, hosts == 1 || version == .minor0 else { throw .badRequest }
    }

    private enum Version {
        case minor0
        case minor1
    }

    /// Whether it can still become a request line; what is no HTTP at all is then refused without waiting for more.
    static func canBegin(with byte: UInt8) -> Bool { isTokenByte(byte) }

    private static func requestLine(_ line: ArraySlice<UInt8>) throws(StatusRefusal) -> (String, String, Version) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(isTokenByte) else { throw .badRequest }
        // ASCII that can be seen.
        guard !parts[1].isEmpty, parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .badRequest }
        let version = try version(parts[2])
        return (String(decoding: parts[0], as: UTF8.self), try path(of: parts[1]), version)
    }

    private static func version(_ text: ArraySlice<UInt8>) throws(StatusRefusal) -> Version {
        switch String(decoding: text, as: UTF8.self) {
        case "HTTP/1.1": return .minor1
        case "HTTP/1.0": return .minor0
        case let other where other.isHTTPVersion: throw .versionNotSupported
        default: throw .badRequest
        }
    }

    /// Of `/path?query`, `http://host/path?query` (which every server must take) or `*`.
    private static func path(of target: ArraySlice<UInt8>) throws(StatusRefusal) -> String {
        var text = String(decoding: target.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)[...]
        if text.lowercased().hasPrefix("http://") {
            text = text.dropFirst("http://".count).drop { $0 != "/" }
            return text.isEmpty ? "/" : String(text)
        }
        guard text.hasPrefix("/") || text == "*" else { throw .badRequest }
        return String(text)
    }

    /// In lowercase.
    private static func fieldName(_ line: ArraySlice<UInt8>) throws(StatusRefusal) -> [UInt8] {
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        // A line that begins with a space would continue the one before: refused since RFC 7230.
        guard !name.isEmpty, name.endIndex < line.endIndex, name.allSatisfy(isTokenByte) else { throw .badRequest }
        let value = line[name.endIndex...].dropFirst()
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .badRequest }
        return name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension String {
    /// As `HTTP/2.0`.
    fileprivate var isHTTPVersion: Bool {
        let bytes = Array(utf8)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return hasPrefix("HTTP/") && bytes.count == 8 && digits.contains(bytes[5]) && bytes[6] == UInt8(ascii: ".")
            && digits.contains(bytes[7])
    }
}
