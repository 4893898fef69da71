extension JSONReader {
    /// Reads a number as RFC 8259, section 6, defines it: no `+`, no leading zero, a digit on each side of the point.
    mutating func readNumber() throws(JSONSyntaxError) {
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
    }

    private mutating func readDigits() throws(JSONSyntaxError) {
        let start = position
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw error("a digit is expected") }
    }

    /// Reads from the opening to the closing quote.
    /// - Returns: whether the string contains a backslash.
    mutating func readString() throws(JSONSyntaxError) -> Bool {
        position += 1
        let start = position
        var seen: UInt8 = 0
        try skipPlainBytes(&seen)
        var hasEscapes = false
        while current == UInt8(ascii: "\\") {
            hasEscapes = true
            position += 1
            _ = try readEscape()
            try skipPlainBytes(&seen)
        }
        guard current == UInt8(ascii: "\"") else { throw error("a string has no end") }
        // An escape stands for whole scalars, so it cannot change whether the bytes around it are valid.
        if seen >= 0x80, !isUTF8(start..<position) {
            throw JSONSyntaxError(reason: "a string is not UTF-8", position: start)
        }
        position += 1
        return hasEscapes
    }

    /// Stops at a quote, a backslash or the end.
    /// - Parameter seen: collects every bit that is set in any of the bytes.
    private mutating func skipPlainBytes(_ seen: inout UInt8) throws(JSONSyntaxError) {
        var place = position
        var bits = seen
        // Most strings are ids and codes, so read eight bytes at once until one of them is special.
        let raw = UnsafeRawBufferPointer(bytes)
        while place + 8 <= bytes.count {
            let eight = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let plain = Self.plainBytes(eight)
            place += plain
            if plain < 8 { break }
        }
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            guard byte >= 0x20 else {
                position = place
                throw error("a string holds a bare control character")
            }
            bits |= byte
            place += 1
        }
        seen = bits
        position = place
    }

    /// How many of eight bytes (the first in the lowest place) come before the first quote, backslash, control character
    /// or byte that is not ASCII.
    private static func plainBytes(_ eight: UInt64) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = eight ^ ones &* UInt64(UInt8(ascii: "\""))
        let backslash = eight ^ ones &* UInt64(UInt8(ascii: "\\"))
        // A byte below its bound borrows into its own high bit. The borrow can falsely mark the byte above, but never a
        // byte below the first one that is marked correctly.
        let marks = (eight &- ones &* 0x20) | (quote &- ones) | (backslash &- ones) | eight
        return (marks & ones << 7).trailingZeroBitCount / 8
    }

    private func isUTF8(_ range: Range<Int>) -> Bool {
        String(validating: bytes[range], as: UTF8.self) != nil
    }

    /// The characters of a string that has already been read.
    /// - Parameter range: the bytes between the quotes.
    static func unescaped(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        var reader = JSONReader(bytes, from: range.lowerBound)
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        while reader.position < range.upperBound {
            let byte = bytes[reader.position]
            reader.position += 1
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard let scalar = try? reader.readEscape() else { break }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads what follows a backslash.
    private mutating func readEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        guard let byte = current else { throw error("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\u{0A}"
        case UInt8(ascii: "r"): return "\u{0D}"
        case UInt8(ascii: "t"): return "\u{09}"
        case UInt8(ascii: "u"): return try readScalar()
        default:
            position -= 1
            throw error("an escape is unknown")
        }
    }

    /// Reads the digits after `\u`; a scalar beyond the basic plane takes two escapes.
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
