extension Identifier {
    /// Calls `body` with the canonical form, 36 characters of ASCII, without making a string.
    @inlinable
    public func withText<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(byteCount: Self.textCount, alignment: 1) { buffer in
            write(to: buffer.bindMemory(to: UInt8.self))
            return try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
