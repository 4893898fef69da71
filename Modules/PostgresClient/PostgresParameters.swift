/// The parameters of one query: one buffer, and for each parameter its place in it.
public struct PostgresParameters: Sendable {
    struct Slot: Sendable {
        var type: PostgresType
        var start: Int
        /// -1 is NULL.
        var length: Int
    }

    /// The protocol counts parameters in 16 bits; libpq refuses more.
    static let maximumCount = 65_535

    private(set) var bytes: [UInt8] = []
    private(set) var slots: [Slot] = []

    /// No parameters.
    public init() {}

    /// The number of parameters so far.
    public var count: Int { slots.count }

    /// Adds the next parameter (`$1` first).
    public mutating func append<T: PostgresEncodable>(_ value: T) {
        let start = bytes.count
        value.encode(into: &bytes)
        slots.append(Slot(type: T.postgresType, start: start, length: bytes.count - start))
    }

    /// Adds the next parameter, NULL for `nil`.
    public mutating func append<T: PostgresEncodable>(_ value: T?) {
        if let value {
            append(value)
        } else {
            slots.append(Slot(type: T.postgresType, start: bytes.count, length: -1))
        }
    }

    /// Adds a one-dimensional array as the next parameter, for `unnest($1)` and `= ANY($1)`.
    public mutating func appendArray<T: PostgresEncodable>(_ values: some Collection<T>) {
        appendArray(of: T.self, count: values.count, hasNull: false) { buffer in
            for value in values { Self.encodeElement(value, into: &buffer) }
        }
    }

    /// The same with NULL for every `nil`.
    public mutating func appendArray<T: PostgresEncodable>(nullable values: some Collection<T?>) {
        appendArray(of: T.self, count: values.count, hasNull: values.contains { $0 == nil }) { buffer in
            for value in values {
                if let value {
                    Self.encodeElement(value, into: &buffer)
                } else {
                    Int32(-1).appendBigEndian(to: &buffer)
                }
            }
        }
    }

    private mutating func appendArray<T: PostgresEncodable>(
        of type: T.Type,
        count: Int,
        hasNull: Bool,
        _ encodeElements: (inout [UInt8]) -> Void
    ) {
        let start = bytes.count
        let dimensions: Int32 = count == 0 ? 0 : 1
        dimensions.appendBigEndian(to: &bytes)
        Int32(hasNull ? 1 : 0).appendBigEndian(to: &bytes)
        T.postgresType.rawValue.appendBigEndian(to: &bytes)
        if count > 0 {
            Int32(clamping: count).appendBigEndian(to: &bytes)
            // Arrays of PostgreSQL begin at 1.
            Int32(1).appendBigEndian(to: &bytes)
            encodeElements(&bytes)
        }
        let arrayType = T.postgresType.arrayType ?? .unspecified
        slots.append(Slot(type: arrayType, start: start, length: bytes.count - start))
    }

    /// An element is its length and its bytes; the length is known only afterwards.
    private static func encodeElement(_ value: some PostgresEncodable, into buffer: inout [UInt8]) {
        let place = buffer.count
        Int32(0).appendBigEndian(to: &buffer)
        value.encode(into: &buffer)
        let length = UInt32(truncatingIfNeeded: buffer.count - place - 4)
        for byte in 0..<4 { buffer[place + byte] = UInt8(truncatingIfNeeded: length >> (24 - 8 * byte)) }
    }
}
