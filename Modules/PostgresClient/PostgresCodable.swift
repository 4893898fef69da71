/// A value that can be a parameter, in PostgreSQL's binary format.
public protocol PostgresEncodable: Sendable {
    /// The type the parameter is declared as; SQL casts from there where a column has another.
    static var postgresType: PostgresType { get }
    /// Appends the binary form, without a length.
    func encode(into buffer: inout [UInt8])
}

/// A value that can be in an array that is a parameter: it knows its size before it is written.
public protocol PostgresElement: PostgresEncodable {
    /// Bytes of the binary form.
    var encodedSize: Int { get }
    /// Writes the binary form into a buffer of just that size.
    func store(in buffer: UnsafeMutableRawBufferPointer)
}

extension PostgresElement {
    @inlinable
    public func encode(into buffer: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: encodedSize, alignment: 8) { bytes in
            store(in: bytes)
            bytes.withMemoryRebound(to: UInt8.self) { buffer.append(contentsOf: UnsafeBufferPointer($0)) }
        }
    }
}

/// A value that can be read from a column, in PostgreSQL's binary format.
public protocol PostgresDecodable: Sendable {
    /// Reads one value that is not NULL. `bytes` is only valid during the call.
    ///
    /// - Throws: ``PostgresError/Code/decoding`` if the column's type or size does not fit.
    static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Self
}

extension PostgresError {
    @usableFromInline
    static func mismatch<T>(_ wanted: T.Type, _ type: PostgresType, _ size: Int) -> PostgresError {
        PostgresError(
            .decoding,
            "\(size) bytes of type \(type.rawValue) are no \(wanted)",
            wasSent: true
        )
    }
}

extension FixedWidthInteger {
    /// The number whose big-endian form begins at `offset`; the caller has checked the size.
    @inlinable
    init(bigEndianAt offset: Int, in bytes: UnsafeRawBufferPointer) {
        self.init(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Self.self))
    }

    @inlinable
    func appendBigEndian(to buffer: inout [UInt8]) {
        withUnsafeBytes(of: bigEndian) { $0.withMemoryRebound(to: UInt8.self) { buffer.append(contentsOf: $0) } }
    }
}
