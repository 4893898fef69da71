public import Domain
public import PostgresClient

extension Identifier: PostgresElement {
    @inlinable public static var postgresType: PostgresType { .uuid }

    @inlinable public var encodedSize: Int { 16 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        PostgresUUID(high: high, low: low).store(in: buffer)
    }
}

extension Identifier: PostgresDecodable {
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Self {
        let uuid = try PostgresUUID.decode(bytes, type: type)
        return Identifier(high: uuid.high, low: uuid.low)
    }
}

extension Instant: PostgresElement {
    /// Milliseconds between 1970-01-01 and 2000-01-01, where PostgreSQL's timestamps begin.
    @inlinable static var postgresEpoch: Int64 { 946_684_800_000 }

    @inlinable public static var postgresType: PostgresType { .timestamptz }

    @inlinable public var encodedSize: Int { 8 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        PostgresTimestamp(microseconds: (milliseconds - Self.postgresEpoch) * 1_000).store(in: buffer)
    }
}

extension Instant: PostgresDecodable {
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Instant {
        let microseconds = try PostgresTimestamp.decode(bytes, type: type).microseconds
        // `infinity` and `-infinity`, which the service never writes.
        guard microseconds != .max, microseconds != .min else { throw PostgresError(.decoding, "not an instant") }
        // Rounded down, also before 2000, so that an instant is never later than what the database said.
        let milliseconds = microseconds >= 0 ? microseconds / 1_000 : (microseconds - 999) / 1_000
        return Instant(milliseconds: milliseconds + postgresEpoch)
    }
}

extension PostgresRow {
    package mutating func nextSKU() throws(PostgresError) -> SKU {
        try nextCode(SKU.init)
    }

    package mutating func nextWarehouseCode() throws(PostgresError) -> WarehouseCode {
        try nextCode(WarehouseCode.init)
    }

    private mutating func nextCode<Code>(_ make: (String) -> Code?) throws(PostgresError) -> Code {
        let text: String = try next()
        guard let code = make(text) else { throw PostgresError(.decoding, "not a code: \(text)") }
        return code
    }

    /// The next column, whose text is the raw value of an enum.
    package mutating func nextEnum<Value: RawRepresentable<String>>() throws(PostgresError) -> Value {
        let text: String = try next()
        guard let value = Value(rawValue: text) else { throw PostgresError(.decoding, "not a \(Value.self): \(text)") }
        return value
    }
}
