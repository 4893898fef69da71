import Domain

/// Reads an `AvailabilityEntry` line by line without copying. The buffers that it returns point into the entry's bytes.
struct AvailabilityScanner {
    struct Line {
        let warehouse: UnsafeRawBufferPointer
        /// The line's header; its digits are not checked yet.
        let header: UnsafeRawBufferPointer
        let quantity: Int64
        /// The warehouse's code; its form is checked.
        let code: UnsafeRawBufferPointer
    }

    private static let idLength = 36
    private static let headLength = EntryHeader.length + CacheEpoch.length

    private let bytes: UnsafeRawBufferPointer
    private var position: Int

    /// - Returns: nil unless the entry is complete and of this epoch.
    init?(_ bytes: UnsafeRawBufferPointer, epoch: [UInt8]) {
        guard bytes.count > Self.headLength, EntryHeader(reading: bytes)?.kind == .complete,
            bytes[EntryHeader.length..<Self.headLength].elementsEqual(epoch)
        else { return nil }
        self.init(bytes)
    }

    /// - Precondition: `init(_:epoch:)` has accepted the bytes.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = bytes[Self.headLength...].firstIndex(of: AvailabilityEntry.bar) ?? bytes.count
        sku = UnsafeRawBufferPointer(rebasing: bytes[Self.headLength..<position])
    }

    let sku: UnsafeRawBufferPointer

    /// Whether every line has been read. The scanner never moves past a malformed line.
    var isAtEnd: Bool { position == bytes.count }

    /// The next line; nil at the end, at a tombstone and at anything malformed.
    mutating func next() -> Line? {
        let header = position + 1 + Self.idLength
        var at = header + EntryHeader.length
        guard at < bytes.count, bytes[position] == AvailabilityEntry.bar,
            bytes[at - 1] == EntryHeader.Kind.line.rawValue
        else { return nil }
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let firstDigit = at
        var quantity: Int64 = 0
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) {
            quantity = quantity &* 10 &+ Int64(bytes[at] - UInt8(ascii: "0"))
            at += 1
        }
        // More than 18 digits might overflow, and no quantity has them.
        guard (1...18).contains(at - firstDigit), at < bytes.count, bytes[at] == UInt8(ascii: " ") else { return nil }
        var end = at + 1
        while end < bytes.count, bytes[end] != AvailabilityEntry.bar { end += 1 }
        let code = UnsafeRawBufferPointer(rebasing: bytes[at + 1..<end])
        guard CodeBytes.isCode(code) else { return nil }
        let warehouse = UnsafeRawBufferPointer(rebasing: bytes[position + 1..<header])
        position = end
        return Line(
            warehouse: warehouse,
            header: UnsafeRawBufferPointer(rebasing: bytes[header..<header + EntryHeader.length]),
            quantity: isNegative ? -quantity : quantity, code: code)
    }
}
