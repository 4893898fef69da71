/// A buffer for the bytes of log lines.
struct LineBytes {
    private(set) var bytes: [UInt8] = []
    /// The second that `secondText` shows.
    private var second = Int.min
    private var secondText: [UInt8] = []

    var count: Int { bytes.count }

    /// Returns the bytes and empties the buffer.
    mutating func takeAll() -> [UInt8] {
        let taken = bytes
        bytes = []
        bytes.reserveCapacity(min(2 * taken.count, 64 << 10))
        return taken
    }

    static func += (line: inout LineBytes, text: StaticString) {
        line.bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ time: LogTime) {
        if time.seconds != second {
            second = time.seconds
            // `2026-11-22T15:00:00.` of `2026-11-22T15:00:00.123Z`.
            secondText = Array(time.description.utf8.dropLast(4))
        }
        bytes.append(contentsOf: secondText)
        appendThreeDigits(time.milliseconds)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Milliseconds with three decimal places, truncated.
    mutating func append(milliseconds nanoseconds: Int64) {
        let microseconds = Int(nanoseconds / 1_000)
        append(decimal: microseconds / 1_000)
        bytes.append(UInt8(ascii: "."))
        appendThreeDigits(microseconds % 1_000)
    }

    mutating func append(decimal number: Int) {
        guard number >= 10 else {
            if number >= 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(number))
            } else {
                bytes.append(contentsOf: String(number).utf8)
            }
            return
        }
        var rest = number
        let start = bytes.count
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    private mutating func appendThreeDigits(_ number: Int) {
        bytes.append(UInt8(ascii: "0") + UInt8(number / 100))
        bytes.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// The same form of a word as in `LogLine`: quoted if it would otherwise read as several words.
    mutating func append(word text: String) {
        var text = text
        let isPlain =
            !text.isEmpty
            && text.withUTF8 { utf8 in
                utf8.allSatisfy { isHarmless($0) && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "=") }
            }
        if isPlain { append(text) } else { append(quoted: text) }
    }

    mutating func append(quoted text: String) {
        var text = text
        if text.withUTF8({ $0.allSatisfy(isHarmless) }) {
            bytes.append(UInt8(ascii: "\""))
            append(text)
            bytes.append(UInt8(ascii: "\""))
        } else {
            var line = ""
            appendQuoted(text, to: &line)
            append(line)
        }
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }
}
