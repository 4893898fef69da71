/// A UUID as two halves, so that this module does not depend on a UUID type of another library.
public struct PostgresUUID: PostgresElement, PostgresDecodable, Hashable {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64

    /// Takes both halves.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable
    public static var postgresType: PostgresType { .uuid }

    @inlinable public var encodedSize: Int { 16 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        buffer.storeBytes(of: high.bigEndian, as: UInt64.self)
        buffer.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }

    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Self {
        guard type == .uuid, bytes.count == 16 else { throw .mismatch(self, type, bytes.count) }
        return PostgresUUID(high: UInt64(bigEndianAt: 0, in: bytes), low: UInt64(bigEndianAt: 8, in: bytes))
    }
}

/// A time in the server's representation. `Int64.max` and `.min` are `infinity` and `-infinity`.
public struct PostgresTimestamp: PostgresElement, PostgresDecodable, Hashable, Comparable {
    /// Microseconds since 2000-01-01 00:00 UTC.
    public let microseconds: Int64

    /// Takes microseconds since 2000-01-01 00:00 UTC.
    @inlinable
    public init(microseconds: Int64) { self.microseconds = microseconds }

    @inlinable
    public static var postgresType: PostgresType { .timestamptz }

    @inlinable public var encodedSize: Int { 8 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        buffer.storeBytes(of: microseconds.bigEndian, as: Int64.self)
    }

    /// Reads `timestamptz`, and `timestamp` taken as UTC.
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Self {
        guard type == .timestamptz || type == .timestamp, bytes.count == 8 else {
            throw .mismatch(self, type, bytes.count)
        }
        return PostgresTimestamp(microseconds: Int64(bigEndianAt: 0, in: bytes))
    }

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
}
