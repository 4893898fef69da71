extension String: PostgresElement, PostgresDecodable {
    @inlinable public static var postgresType: PostgresType { .text }

    /// PostgreSQL's text can contain every character but U+0000, which the server refuses with state 22021.
    public func encode(into buffer: inout [UInt8]) { buffer.append(contentsOf: utf8) }

    @inlinable public var encodedSize: Int { utf8.count }

    @inlinable
    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        var text = self
        text.withUTF8 { buffer.copyMemory(from: UnsafeRawBufferPointer($0)) }
    }

    /// Reads text, names, `json`, `jsonb` and enums: every type whose binary form is its text.
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> String {
        guard !type.isKnownBinary else { throw .mismatch(self, type, bytes.count) }
        return String(decoding: try textBytes(of: bytes, type), as: UTF8.self)
    }

    /// `jsonb` starts with a version, and only version 1 exists.
    fileprivate static func textBytes(
        of bytes: UnsafeRawBufferPointer,
        _ type: PostgresType
    ) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard type == .jsonb else { return bytes }
        guard bytes.first == 1 else { throw .mismatch(self, type, bytes.count) }
        return UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    }
}

/// JSON text as a parameter of type `jsonb`. Only the server checks it.
public struct PostgresJSON: PostgresElement, PostgresDecodable, Hashable {
    /// UTF-8.
    public let bytes: [UInt8]

    /// Takes UTF-8.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Takes text.
    public init(_ text: String) { bytes = Array(text.utf8) }

    public static var postgresType: PostgresType { .jsonb }

    public var encodedSize: Int { 1 + bytes.count }

    public func store(in buffer: UnsafeMutableRawBufferPointer) {
        buffer[0] = 1
        UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyBytes(from: bytes)
    }

    /// Reads `json` and `jsonb`.
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> Self {
        guard type == .json || type == .jsonb else { throw .mismatch(self, type, bytes.count) }
        return PostgresJSON(bytes: Array(try String.textBytes(of: bytes, type)))
    }
}
