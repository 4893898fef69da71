extension JSONReader {
    /// Reads digits as RFC 8259, section 6, has them: no `+`, no leading zero, a digit on each side of the point.
    mutating func readNumber() throws(JSONSyntaxError) -> JSONNumber {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") {
            position += 1
        } else {
            try readDigits()
        }
        if current == UInt8(ascii: ".") {
            position += 1
            try readDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try readDigits()
        }
        return JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func readDigits() throws(JSONSyntaxError) {
        let start = position
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw error("a digit is expected") }
    }

    /// Reads from one quote to the next.
    mutating func readString() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        try skipPlainBytes()
        // Nearly every string has no escape: no second copy then.
        if current == UInt8(ascii: "\"") {
            let text = try string(bytes[start..<position], startingAt: start)
            position += 1
            return text
        }
        var unescaped = Array(bytes[start..<position])
        while current == UInt8(ascii: "\\") {
            position += 1
            try readEscape(into: &unescaped)
            let plain = position
            try skipPlainBytes()
            unescaped.append(contentsOf: bytes[plain..<position])
        }
        guard current == UInt8(ascii: "\"") else { throw error("a string has no end") }
        position += 1
        return try string(unescaped[...], startingAt: start)
    }

    /// Stops at a quote, a backslash or the end.
    private mutating func skipPlainBytes() throws(JSONSyntaxError) {
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw error("a string holds a bare control character") }
            position += 1
        }
    }

    private func string(_ text: ArraySlice<UInt8>, startingAt start: Int) throws(JSONSyntaxError) -> String {
        guard let string = String(validating: text, as: UTF8.self) else {
            throw JSONSyntaxError(reason: "a string is not UTF-8", position: start)
        }
        return string
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        guard let byte = current else { throw error("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            text.append(contentsOf: UTF8.encode(try readScalar()) ?? UTF8.encodedReplacementCharacter)
        default:
            position -= 1
            throw error("an escape is unknown")
        }
    }

    /// Reads the digits after `\u`, two escapes for a scalar beyond the basic plane.
    private mutating func readScalar() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = position
        let unit = try readCodeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, current == UInt8(ascii: "\\") else { throw loneSurrogate(start) }
        position += 1
        guard current == UInt8(ascii: "u") else { throw loneSurrogate(start) }
        position += 1
        let second = try readCodeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x1_0000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw loneSurrogate(start) }
        return scalar
    }

    private func loneSurrogate(_ start: Int) -> JSONSyntaxError {
        position < bytes.count
            ? JSONSyntaxError(reason: "a surrogate stands alone", position: start) : error("it ends too early")
    }

    private mutating func readCodeUnit() throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = hexadecimalDigit(byte) else {
                throw error("four hexadecimal digits are expected")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
