package import HTTPTypes

extension HTTPField.Name {
    package static let traceParent = HTTPField.Name(validated: "traceparent")
}

/// The id by which the log lines of one piece of work are found over all services that had a part in it: 32 lower-case
/// hexadecimal digits, as W3C Trace Context, level 1, has them.
///
/// Nothing is answered and nothing is passed on: this service calls no other by HTTP.
package enum TraceID {
    /// The caller's trace; a new one when there is none, when `traceparent` is not well formed, or when there are
    /// several (section 3.2 and 4.3), so that a log line always has one.
    package static func of(_ headers: HTTPFields) -> String {
        guard headers.contains(.traceParent) else { return make() }
        let given = headers[values: .traceParent]
        guard given.count == 1, let id = read(given[0]) else { return make() }
        return id
    }

    /// - Returns: the trace-id of a `traceparent`; nil when it is to be ignored.
    package static func read(_ text: String) -> String? {
        let bytes = Array(text.utf8.prefix(length + 1))
        guard bytes.count >= length, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            isLowerHexadecimal(bytes[..<2]), isID(bytes[3..<35]), isID(bytes[36..<52]),
            isLowerHexadecimal(bytes[53..<55])
        else { return nil }
        switch String(decoding: bytes[..<2], as: UTF8.self) {
        case "00": guard bytes.count == length else { return nil }
        case "ff": return nil
        // A version of the future may say more behind a dash; what stands in front of it keeps its meaning.
        default: guard bytes.count == length || bytes[length] == dash else { return nil }
        }
        return String(decoding: bytes[3..<35], as: UTF8.self)
    }

    /// A random one, never all zeros.
    package static func make() -> String {
        var words = FastRandom.two()
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

    /// A trace-id or a parent-id: of all zeros it is none.
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
