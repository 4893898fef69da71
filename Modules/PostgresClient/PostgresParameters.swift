/// The parameters of one query: one buffer, and the position of each parameter in it.
public struct PostgresParameters: Sendable {
    @usableFromInline
    struct Slot: Sendable {
        @usableFromInline var type: PostgresType
        @usableFromInline var start: Int
        /// -1 is NULL.
        @usableFromInline var length: Int

        @usableFromInline
        init(type: PostgresType, start: Int, length: Int) {
            self.type = type
            self.start = start
            self.length = length
        }
    }

    /// The protocol counts parameters in 16 bits; libpq refuses more.
    static let maximumCount = 65_535

    // The following is inlinable, so that it is specialised in the callers' modules: a batch has about thirty values a
    // command, and each took a thousand instructions through witness tables.

    @usableFromInline var bytes: [UInt8] = []
    @usableFromInline var slots: [Slot] = []

    /// No parameters.
    public init() {}

    /// The number of parameters so far.
    public var count: Int { slots.count }

    /// Adds the next parameter (`$1` first).
    @inlinable
    public mutating func append<T: PostgresEncodable>(_ value: T) {
        let start = bytes.count
        value.encode(into: &bytes)
        slots.append(Slot(type: T.postgresType, start: start, length: bytes.count - start))
    }

    /// Adds the next parameter, NULL for `nil`.
    @inlinable
    public mutating func append<T: PostgresEncodable>(_ value: T?) {
        if let value {
            append(value)
        } else {
            slots.append(Slot(type: T.postgresType, start: bytes.count, length: -1))
        }
    }

    /// Adds a one-dimensional array as the next parameter, for `unnest($1)` and `= ANY($1)`.
    @inlinable
    public mutating func appendArray<T: PostgresElement>(_ values: some Collection<T>) {
        appendArray(of: values) { $0 }
    }

    /// Adds an array with one value of each row. `value` runs twice for each row.
    @inlinable
    public mutating func appendArray<Row, T: PostgresElement>(
        of rows: some Collection<Row>, _ value: (Row) -> T
    ) {
        let start = beginArray(T.postgresType, count: rows.count, hasNull: false)
        let size = rows.reduce(0) { $0 + 4 + value($1).encodedSize }
        append(size) { bytes in
            var place = 0
            for row in rows { Self.store(value(row), in: bytes, &place) }
        }
        endArray(T.postgresType, start: start)
    }

    /// Adds an array with NULL for every `nil`.
    @inlinable
    public mutating func appendArray<T: PostgresElement>(nullable values: some Collection<T?>) {
        appendArray(nullableOf: values) { $0 }
    }

    /// Adds an array with one value of each row, and NULL for every `nil`. `value` runs several times for each row.
    @inlinable
    public mutating func appendArray<Row, T: PostgresElement>(
        nullableOf rows: some Collection<Row>, _ value: (Row) -> T?
    ) {
        let start = beginArray(T.postgresType, count: rows.count, hasNull: rows.contains { value($0) == nil })
        let size = rows.reduce(0) { $0 + 4 + (value($1)?.encodedSize ?? 0) }
        append(size) { bytes in
            var place = 0
            for row in rows {
                if let value = value(row) {
                    Self.store(value, in: bytes, &place)
                } else {
                    bytes.storeBytes(of: Int32(-1).bigEndian, toByteOffset: place, as: Int32.self)
                    place += 4
                }
            }
        }
        endArray(T.postgresType, start: start)
    }

    /// Appends `size` bytes, all of which `fill` must write.
    @inlinable
    mutating func append(_ size: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        guard size > 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            fill(buffer)
            buffer.withMemoryRebound(to: UInt8.self) { bytes.append(contentsOf: UnsafeBufferPointer($0)) }
        }
    }

    /// Writes an element: its length and its bytes.
    @inlinable
    static func store(_ value: some PostgresElement, in bytes: UnsafeMutableRawBufferPointer, _ place: inout Int) {
        let size = value.encodedSize
        bytes.storeBytes(of: Int32(truncatingIfNeeded: size).bigEndian, toByteOffset: place, as: Int32.self)
        value.store(in: UnsafeMutableRawBufferPointer(rebasing: bytes[(place + 4)..<(place + 4 + size)]))
        place += 4 + size
    }

    /// - Returns: the start of the array in the buffer.
    @usableFromInline
    mutating func beginArray(_ type: PostgresType, count: Int, hasNull: Bool) -> Int {
        let start = bytes.count
        let dimensions: Int32 = count == 0 ? 0 : 1
        dimensions.appendBigEndian(to: &bytes)
        Int32(hasNull ? 1 : 0).appendBigEndian(to: &bytes)
        type.rawValue.appendBigEndian(to: &bytes)
        if count > 0 {
            Int32(clamping: count).appendBigEndian(to: &bytes)
            // Indices of PostgreSQL's arrays start at 1.
            Int32(1).appendBigEndian(to: &bytes)
        }
        return start
    }

    @usableFromInline
    mutating func endArray(_ type: PostgresType, start: Int) {
        slots.append(Slot(type: type.arrayType ?? .unspecified, start: start, length: bytes.count - start))
    }
}
