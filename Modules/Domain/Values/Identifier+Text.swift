extension Identifier {
    /// Calls with the canonical form, 36 characters of ASCII, for those who copy it on: no string is made.
    @inlinable
    public func withText<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(byteCount: Self.textCount, alignment: 1) { buffer in
            write(to: buffer.bindMemory(to: UInt8.self))
            return try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
