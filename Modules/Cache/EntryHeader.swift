/// The first 17 bytes of every stored value: the record's version as 16 decimal digits, and a letter for the form of the
/// rest. This format never changes, so that releases with different forms do not overwrite each other's newer entries.
///
/// The scripts compare versions as numbers, not as text, because text comparison in Lua depends on the server's locale.
/// Lua's numbers are exact up to 2^53, and versions stay below that.
struct EntryHeader {
    enum Kind: UInt8 {
        /// A record (`RecordEntry`).
        case record = 0x72  // r
        /// A warehouse's line of a product's availability (`AvailabilityEntry`).
        case line = 0x61  // a
        /// A product's availability with all warehouses.
        case complete = 0x63  // c
        /// A product's availability with only some of its lines, or with a tombstone.
        case partial = 0x70  // p
        /// A product's availability that no reader has asked for: it holds lines of new records, which writers do not update.
        case unread = 0x6E  // n
        /// A product's availability that is larger than `CacheScripts.maximumAvailabilityBytes`; it is not stored.
        case large = 0x6C  // l
        /// No value; older versions are refused.
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

    /// - Returns: nil when the bytes do not start with a header of a known kind.
    init?(reading bytes: [UInt8]) {
        guard let header = bytes.withUnsafeBytes({ Self(reading: $0) }) else { return nil }
        self = header
    }

    /// The same for a buffer.
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
