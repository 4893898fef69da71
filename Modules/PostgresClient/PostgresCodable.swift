/// A value that can be encoded as a parameter in PostgreSQL's binary format.
public protocol PostgresEncodable: Sendable {
    /// The declared type of the parameter. SQL must cast it if a column has another type.
    static var postgresType: PostgresType { get }
    /// Appends the binary form, without a length.
    func encode(into buffer: inout [UInt8])
}

/// A value that can be an element of an array parameter: its size is known before it is written.
public protocol PostgresElement: PostgresEncodable {
    /// Bytes of the binary form.
    var encodedSize: Int { get }
    /// Writes the binary form into a buffer of exactly `encodedSize` bytes.
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

/// A value that can be decoded from a column in PostgreSQL's binary format.
public protocol PostgresDecodable: Sendable {
    /// Reads one value that is not NULL. `bytes` is only valid during the call.
    ///
    /// - Throws: ``PostgresError/Code/decoding`` if the column's type or size does not match.
    static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Self
}

extension PostgresError {
    @usableFromInline
    static func mismatch<T>(_ wanted: T.Type, _ type: PostgresType, _ size: Int) -> PostgresError {
        PostgresError(
            .decoding,
            "cannot decode \(size) bytes of type \(type.rawValue) as \(wanted)",
            wasSent: true
        )
    }
}

extension FixedWidthInteger {
    /// Reads the big-endian number at `offset`. The caller must have checked the size.
    @inlinable
    init(bigEndianAt offset: Int, in bytes: UnsafeRawBufferPointer) {
        self.init(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Self.self))
    }

    @inlinable
    func appendBigEndian(to buffer: inout [UInt8]) {
        withUnsafeBytes(of: bigEndian) { $0.withMemoryRebound(to: UInt8.self) { buffer.append(contentsOf: $0) } }
    }
}
