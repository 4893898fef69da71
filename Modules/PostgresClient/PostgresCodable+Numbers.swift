extension Int64: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int8 }

    public func encode(into buffer: inout [UInt8]) { appendBigEndian(to: &buffer) }

    /// Reads every whole-number type: `int2`, `int4`, `int8`, `oid`, `xid8`.
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Int64 {
        switch (type, bytes.count) {
        case (.int8, 8): Int64(bigEndianAt: 0, in: bytes)
        case (.int4, 4): Int64(Int32(bigEndianAt: 0, in: bytes))
        case (.int2, 2): Int64(Int16(bigEndianAt: 0, in: bytes))
        case (.oid, 4): Int64(UInt32(bigEndianAt: 0, in: bytes))
        case (.xid8, 8): Int64(bigEndianAt: 0, in: bytes)
        default: throw .mismatch(self, type, bytes.count)
        }
    }
}

extension Int: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int8 }

    public func encode(into buffer: inout [UInt8]) { Int64(self).encode(into: &buffer) }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Int {
        let wide = try Int64.decode(bytes, type: type)
        guard let number = Int(exactly: wide) else { throw .mismatch(self, type, bytes.count) }
        return number
    }
}

extension Int32: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int4 }

    public func encode(into buffer: inout [UInt8]) { appendBigEndian(to: &buffer) }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Int32 {
        switch (type, bytes.count) {
        case (.int4, 4): Int32(bigEndianAt: 0, in: bytes)
        case (.int2, 2): Int32(Int16(bigEndianAt: 0, in: bytes))
        default: throw .mismatch(self, type, bytes.count)
        }
    }
}

extension Bool: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .bool }

    public func encode(into buffer: inout [UInt8]) { buffer.append(self ? 1 : 0) }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Bool {
        guard type == .bool, bytes.count == 1 else { throw .mismatch(self, type, bytes.count) }
        return bytes[0] != 0
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .float8 }

    public func encode(into buffer: inout [UInt8]) { bitPattern.appendBigEndian(to: &buffer) }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Double {
        switch (type, bytes.count) {
        case (.float8, 8): Double(bitPattern: UInt64(bigEndianAt: 0, in: bytes))
        case (.float4, 4): Double(Float(bitPattern: UInt32(bigEndianAt: 0, in: bytes)))
        default: throw .mismatch(self, type, bytes.count)
        }
    }
}
