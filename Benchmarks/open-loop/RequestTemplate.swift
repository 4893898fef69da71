/// A request in which `{uuid}` is replaced by a new random UUID and `{id}` by one of the given ids.
struct RequestTemplate {
    private enum Part {
        case bytes([UInt8])
        case uuid
        case id
    }

    private let parts: [Part]
    private let ids: [[UInt8]]
    private var random: SplitMix64

    /// - Parameter ids: all of one length, so that Content-Length is the same for all requests; not empty if `{id}` is used.
    init(method: String, path: String, key: String?, body: String, ids: [String], seed: UInt64) {
        let bodyParts = Self.split(body)
        let bodyLength = bodyParts.reduce(0) { length, part in
            switch part {
            case .bytes(let bytes): length + bytes.count
            case .uuid: length + 36
            case .id: length + (ids.first?.utf8.count ?? 0)
            }
        }
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if let key { head += "Authorization: Bearer \(key)\r\n" }
        if method != "GET" { head += "Content-Type: application/json\r\nContent-Length: \(bodyLength)\r\n" }
        parts = Self.split(head + "\r\n") + bodyParts
        self.ids = ids.map { Array($0.utf8) }
        random = SplitMix64(seed: seed)
    }

    /// The next request's bytes.
    mutating func next() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        for part in parts {
            switch part {
            case .bytes(let constant): bytes += constant
            case .uuid: appendUUID(to: &bytes)
            case .id: bytes += ids[Int(random.next(upperBound: UInt64(ids.count)))]
            }
        }
        return bytes
    }

    private static func split(_ text: String) -> [Part] {
        var parts: [Part] = []
        var rest = Substring(text)
        while let found = [rest.firstRange(of: "{uuid}"), rest.firstRange(of: "{id}")].compactMap({ $0 })
            .min(by: { $0.lowerBound < $1.lowerBound })
        {
            parts.append(.bytes(Array(rest[..<found.lowerBound].utf8)))
            parts.append(rest[found] == "{id}" ? .id : .uuid)
            rest = rest[found.upperBound...]
        }
        parts.append(.bytes(Array(rest.utf8)))
        return parts
    }

    /// Version 4.
    private mutating func appendUUID(to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        for position in 0..<32 {
            if [8, 12, 16, 20].contains(position) { bytes.append(UInt8(ascii: "-")) }
            let half = position < 16 ? high : low
            bytes.append(digits[Int(half >> UInt64(60 - position % 16 * 4) & 15)])
        }
    }
}
