extension PostgresParameters {
    /// The parameters in libpq's form. libpq copies them during the call, so the pointers need not live longer.
    func withPointers<Result>(
        _ body: (
            _ count: CInt, _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<CInt>?,
            _ formats: UnsafePointer<CInt>?
        ) -> Result
    ) -> Result {
        let count = slots.count
        guard count > 0 else { return body(0, nil, nil, nil) }
        return bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: CInt.self, capacity: 2 * count) { numbers in
                    for (index, slot) in slots.enumerated() {
                        values.initializeElement(at: index, to: Self.pointer(to: slot, in: bytes, or: numbers))
                        numbers.initializeElement(at: index, to: CInt(max(0, slot.length)))
                        numbers.initializeElement(at: count + index, to: 1)
                    }
                    let lengths = UnsafePointer(numbers.baseAddress)
                    return body(CInt(count), values.baseAddress, lengths, lengths.map { $0 + count })
                }
            }
        }
    }

    func withTypes<Result>(_ body: (UnsafeBufferPointer<UInt32>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: slots.count) { types in
            for (index, slot) in slots.enumerated() { types.initializeElement(at: index, to: slot.type.rawValue) }
            return body(UnsafeBufferPointer(types))
        }
    }

    /// libpq takes a null pointer for NULL. So an empty value needs an address, and an empty buffer has none.
    private static func pointer(
        to slot: Slot,
        in bytes: UnsafeRawBufferPointer,
        or fallback: UnsafeMutableBufferPointer<CInt>
    ) -> UnsafePointer<CChar>? {
        guard slot.length >= 0 else { return nil }
        let base = bytes.baseAddress.map { $0 + slot.start } ?? fallback.baseAddress.map { UnsafeRawPointer($0) }
        return base?.assumingMemoryBound(to: CChar.self)
    }
}
