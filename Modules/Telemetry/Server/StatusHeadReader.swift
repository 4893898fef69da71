/// Gathers the head of a request from the pieces in which it arrives. Pure; holds `limit` bytes at most.
struct StatusHeadReader {
    private let limit: Int
    private var bytes: [UInt8] = []
    /// Up to here no empty line was found.
    private var searched = 0

    init(limit: Int) {
        self.limit = limit
    }

    var isEmpty: Bool { bytes.isEmpty }

    /// Takes a piece.
    /// - Returns: the request once its head is complete, else nil. What comes after the head is dropped: bodies are not read.
    mutating func append(_ piece: ArraySlice<UInt8>) throws(StatusRefusal) -> StatusRequest? {
        let room = limit - bytes.count
        bytes.append(contentsOf: piece.prefix(room))
        // RFC 9112, 2.2: an empty line before the request is ignored.
        let leading = bytes.prefix { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }.count
        if leading > 0 { bytes.removeFirst(leading) }
        guard let first = bytes.first else { return nil }
        guard StatusRequest.canBegin(with: first) else { throw .badRequest }
        if let end = endOfHead() { return try StatusRequest(bytes[..<end]) }
        if piece.count > room || bytes.count == limit { throw .headTooLarge }
        return nil
    }

    /// The LF that ends the last line: an empty line follows it.
    private mutating func endOfHead() -> Int? {
        while searched < bytes.count {
            guard bytes[searched] == UInt8(ascii: "\n") else {
                searched += 1
                continue
            }
            var next = searched + 1
            if next < bytes.count, bytes[next] == UInt8(ascii: "\r") { next += 1 }
            // Not known yet: this line end is looked at again with the next piece.
            guard next < bytes.count else { return nil }
            if bytes[next] == UInt8(ascii: "\n") { return searched }
            searched += 1
        }
        return nil
    }
}
