/// A UUID as two halves, so that this module needs nobody's UUID type.
public struct PostgresUUID: PostgresEncodable, PostgresDecodable, Hashable {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64

    /// Takes both halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static var postgresType: PostgresType { .uuid }

    public func encode(into buffer: inout [UInt8]) {
        high.appendBigEndian(to: &buffer)
        low.appendBigEndian(to: &buffer)
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Self {
        guard type == .uuid, bytes.count == 16 else { throw .mismatch(self, type, bytes.count) }
        return PostgresUUID(high: UInt64(bigEndianAt: 0, in: bytes), low: UInt64(bigEndianAt: 8, in: bytes))
    }
}

/// An instant as the server keeps it. `Int64.max` and `.min` are `infinity` and `-infinity`.
public struct PostgresTimestamp: PostgresEncodable, PostgresDecodable, Hashable, Comparable {
    /// Microseconds since 2000-01-01 00:00 UTC.
    public let microseconds: Int64

    /// Takes microseconds since 2000-01-01 00:00 UTC.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    public static var postgresType: PostgresType { .timestamptz }

    public func encode(into buffer: inout [UInt8]) { microseconds.appendBigEndian(to: &buffer) }

    /// Reads `timestamptz`, and `timestamp` taken as UTC.
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Self {
        guard type == .timestamptz || type == .timestamp, bytes.count == 8 else {
            throw .mismatch(self, type, bytes.count)
        }
        return PostgresTimestamp(microseconds: Int64(bigEndianAt: 0, in: bytes))
    }

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
}
