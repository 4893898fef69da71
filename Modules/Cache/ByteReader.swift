/// Reads stored bytes from front to back. Every step returns nil when too few are left.
struct ByteReader {
    let bytes: [UInt8]
    private(set) var position: Int

    init(bytes: [UInt8], position: Int) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= bytes.count - position else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func rest() -> ArraySlice<UInt8> {
        defer { position = bytes.count }
        return bytes[position...]
    }

    /// Eight bytes, little endian.
    mutating func word() -> UInt64? {
        guard bytes.count - position >= 8 else { return nil }
        defer { position += 8 }
        return bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
    }

    mutating func number() -> Int64? {
        word().map { Int64(bitPattern: $0) }
    }

    /// UTF-8 text after its length in one byte.
    mutating func text() -> String? {
        guard let length = take(1)?.first, let text = take(Int(length)) else { return nil }
        return String(validating: text, as: UTF8.self)
    }
}
