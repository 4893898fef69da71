/// The first 17 bytes of every stored value: the record's version as 16 decimal digits, and a letter for the form of the
/// rest. They stay as they are for ever, so that releases of different forms can guard one another's entries.
///
/// The digits are decimal because Lua's numbers are exact to 2^53 only, as versions are, and its comparison of texts
/// depends on the server's locale.
struct EntryHeader {
    enum Kind: UInt8 {
        /// A record, in the first form (`RecordEntry`).
        case record = 0x72  // r
        /// A warehouse's line of a product's availability, in the first form (`AvailabilityEntry`).
        case line = 0x61  // a
        /// A product's availability with all of its warehouses.
        case complete = 0x63  // c
        /// One of which some lines are here, or a tombstone.
        case partial = 0x70  // p
        /// One that nobody has asked for: it holds the lines of new records, and nobody keeps them up.
        case unread = 0x6E  // n
        /// One that would have more bytes than `CacheScripts.maximumAvailabilityBytes`, and is not kept.
        case large = 0x6C  // l
        /// Nothing to be read, and older versions are refused.
        case tombstone = 0x74  // t
    }

    static let length = 17
    private static let digits = 16

    let version: Int64
    let kind: Kind

    init(version: Int64, kind: Kind) {
        self.version = version
        self.kind = kind
    }

    /// - Returns: nil when the bytes do not begin with a header of a kind known here.
    init?(reading bytes: [UInt8]) {
        guard let header = bytes.withUnsafeBytes({ Self(reading: $0) }) else { return nil }
        self = header
    }

    /// The same of bytes that lie somewhere else.
    init?(reading bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.length, let kind = Kind(rawValue: bytes[Self.digits]) else { return nil }
        var version: Int64 = 0
        for position in 0..<Self.digits {
            let byte = bytes[position]
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            version = version * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        self.init(version: version, kind: kind)
    }

    func write(to bytes: inout [UInt8]) {
        let text = String(version)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Self.digits - text.utf8.count))
        bytes.append(contentsOf: text.utf8)
        bytes.append(kind.rawValue)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }
}
