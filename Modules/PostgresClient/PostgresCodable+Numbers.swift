extension Int64: PostgresElement, PostgresDecodable {
    @inlinable
    public static var postgresType: PostgresType { .int8 }

    @inlinable public var encodedSize: Int { 8 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        buffer.storeBytes(of: bigEndian, as: Int64.self)
    }

    /// Reads every whole-number type: `int2`, `int4`, `int8`, `oid`, `xid8`.
    @inlinable
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

extension Int: PostgresElement, PostgresDecodable {
    @inlinable
    public static var postgresType: PostgresType { .int8 }

    @inlinable public var encodedSize: Int { 8 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        Int64(self).store(in: buffer)
    }

    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Int {
        let wide = try Int64.decode(bytes, type: type)
        guard let number = Int(exactly: wide) else { throw .mismatch(self, type, bytes.count) }
        return number
    }
}

extension Int32: PostgresElement, PostgresDecodable {
    @inlinable
    public static var postgresType: PostgresType { .int4 }

    @inlinable public var encodedSize: Int { 4 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        buffer.storeBytes(of: bigEndian, as: Int32.self)
    }

    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Int32 {
        switch (type, bytes.count) {
        case (.int4, 4): Int32(bigEndianAt: 0, in: bytes)
        case (.int2, 2): Int32(Int16(bigEndianAt: 0, in: bytes))
        default: throw .mismatch(self, type, bytes.count)
        }
    }
}

extension Bool: PostgresElement, PostgresDecodable {
    @inlinable
    public static var postgresType: PostgresType { .bool }

    @inlinable public var encodedSize: Int { 1 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        buffer[0] = self ? 1 : 0
    }

    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Bool {
        guard type == .bool, bytes.count == 1 else { throw .mismatch(self, type, bytes.count) }
        return bytes[0] != 0
    }
}

extension Double: PostgresElement, PostgresDecodable {
    @inlinable
    public static var postgresType: PostgresType { .float8 }

    @inlinable public var encodedSize: Int { 8 }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        buffer.storeBytes(of: bitPattern.bigEndian, as: UInt64.self)
    }

    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Double {
        switch (type, bytes.count) {
        case (.float8, 8): Double(bitPattern: UInt64(bigEndianAt: 0, in: bytes))
        case (.float4, 4): Double(Float(bitPattern: UInt32(bigEndianAt: 0, in: bytes)))
        default: throw .mismatch(self, type, bytes.count)
        }
    }
}
