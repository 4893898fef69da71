/// A type whose arrays can be decoded: any ``PostgresDecodable``, and `UInt8`, whose array is a `bytea`.
public protocol PostgresArrayElement: Sendable {
    /// Reads the whole array.
    static func decodeArray(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> [Self]
}

extension PostgresArrayElement where Self: PostgresDecodable {
    /// Reads a one-dimensional array without NULLs.
    public static func decodeArray(
        _ bytes: UnsafeRawBufferPointer,
        type: PostgresType
    ) throws(PostgresError) -> [Self] {
        var reader = ArrayReader(bytes: bytes)
        guard let dimensions = reader.number(), reader.number() != nil, let element = reader.number() else {
            throw .mismatch([Self].self, type, bytes.count)
        }
        if dimensions == 0 { return [] }
        guard dimensions == 1, let count = reader.number(), count >= 0, reader.number() != nil else {
            throw .mismatch([Self].self, type, bytes.count)
        }
        let elementType = PostgresType(rawValue: UInt32(bitPattern: element))
        var values: [Self] = []
        // An element takes at least four bytes, so a wrong count cannot reserve more than the message's size.
        values.reserveCapacity(min(Int(count), bytes.count / 4))
        for _ in 0..<count {
            guard let length = reader.number(), let slice = reader.slice(length) else {
                throw .mismatch([Self].self, type, bytes.count)
            }
            values.append(try Self.decode(slice, type: elementType))
        }
        return values
    }
}

extension Int64: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Bool: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension String: PostgresArrayElement {}
extension PostgresUUID: PostgresArrayElement {}
extension PostgresTimestamp: PostgresArrayElement {}

extension UInt8: PostgresArrayElement {
    /// Reads a `bytea`.
    public static func decodeArray(
        _ bytes: UnsafeRawBufferPointer,
        type: PostgresType
    ) throws(PostgresError) -> [UInt8] {
        guard type == .bytea else { throw .mismatch([UInt8].self, type, bytes.count) }
        return Array(bytes)
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> [Element] {
        try Element.decodeArray(bytes, type: type)
    }
}

/// `[UInt8]` is a `bytea`. Other arrays go through ``PostgresParameters/appendArray(_:)``.
extension Array: PostgresEncodable, PostgresElement where Element == UInt8 {
    public static var postgresType: PostgresType { .bytea }

    public func encode(into buffer: inout [UInt8]) { buffer.append(contentsOf: self) }

    public var encodedSize: Int { count }

    public func store(in buffer: UnsafeMutableRawBufferPointer) { buffer.copyBytes(from: self) }
}

private struct ArrayReader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    mutating func number() -> Int32? {
        guard offset + 4 <= bytes.count else { return nil }
        defer { offset += 4 }
        return Int32(bigEndianAt: offset, in: bytes)
    }

    /// Also `nil` for NULL (length -1), which the element types cannot represent.
    mutating func slice(_ length: Int32) -> UnsafeRawBufferPointer? {
        guard length >= 0, offset + Int(length) <= bytes.count else { return nil }
        defer { offset += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)])
    }
}
