package import HTTPTypes

extension HTTPField.Name {
    static let traceParent = HTTPField.Name(validated: "traceparent")
}

/// The id that connects the log lines of one operation across services: 32 lower-case hexadecimal digits (W3C Trace
/// Context, level 1).
///
/// It is neither returned nor propagated: this service calls no other service over HTTP.
package enum TraceID {
    /// The caller's trace id; a new one when `traceparent` is absent, malformed or repeated (sections 3.2 and 4.3), so that
    /// every log line has one.
    package static func of(_ headers: HTTPFields) -> String {
        guard headers.contains(.traceParent) else { return make() }
        let given = headers[values: .traceParent]
        guard given.count == 1, let id = read(given[0]) else { return make() }
        return id
    }

    /// - Returns: the trace-id of a `traceparent`; nil for a header that must be ignored.
    static func read(_ text: String) -> String? {
        let bytes = Array(text.utf8.prefix(length + 1))
        guard bytes.count >= length, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            isLowerHexadecimal(bytes[..<2]), isID(bytes[3..<35]), isID(bytes[36..<52]),
            isLowerHexadecimal(bytes[53..<55])
        else { return nil }
        switch String(decoding: bytes[..<2], as: UTF8.self) {
        case "00": guard bytes.count == length else { return nil }
        case "ff": return nil
        // A later version may add fields after another dash; the first four keep their meaning.
        default: guard bytes.count == length || bytes[length] == dash else { return nil }
        }
        return String(decoding: bytes[3..<35], as: UTF8.self)
    }

    /// A random trace id, never all zeros.
    static func make() -> String {
        var words = FastRandom.nextPair()
        words.1 |= 1
        return String(unsafeUninitializedCapacity: 32) { digits in
            for place in 0..<16 {
                digits[place] = digit(words.0 >> UInt64(60 - 4 * place))
                digits[16 + place] = digit(words.1 >> UInt64(60 - 4 * place))
            }
            return 32
        }
    }

    /// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
    private static let length = 55
    private static let dash = UInt8(ascii: "-")

    /// Whether this is a valid trace-id or parent-id; all zeros is invalid.
    private static func isID(_ bytes: ArraySlice<UInt8>) -> Bool {
        isLowerHexadecimal(bytes) && bytes.contains { $0 != UInt8(ascii: "0") }
    }

    private static func isLowerHexadecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }

    private static func digit(_ bits: UInt64) -> UInt8 {
        let value = UInt8(bits & 0xF)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
