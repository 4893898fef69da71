extension Identifier {
    /// Calls with the canonical form, 36 characters of ASCII, for those who copy it on: no string is made.
    public func withText<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(byteCount: 36, alignment: 1) { buffer in
            var position = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let byte = UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index & 7)))
                buffer[position] = lowerHexadecimal(byte >> 4)
                buffer[position + 1] = lowerHexadecimal(byte & 15)
                position += 2
            }
            return try body(UnsafeRawBufferPointer(buffer))
        }
    }
}

private func lowerHexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
}
