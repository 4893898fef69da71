import NIOCore

@testable import HTTPCore
@testable import HTTPTransport

/// What one client of a random test sends.
struct SimulatedClient {
    enum Part {
        case head(request: Int, expects: Bool, keepsConnection: Bool)
        /// The next bytes of a body.
        case body(request: Int, offset: Int, count: Int)
        case end(request: Int)
        case malformed
        case inputClosed
    }

    static let highestPiece = 80

    /// The parts that the server has not read yet.
    private(set) var parts: ArraySlice<Part>
    let lengths: [Int]
    private var current = (request: -1, sent: 0)
    /// Nothing that is sent can be read any more.
    private(set) var hasEnded = false
    /// It has closed its side.
    private(set) var hasClosed = false

    init(requests: Int, using random: inout SplitMix) {
        var parts: [Part] = []
        var lengths: [Int] = []
        for request in 0..<requests {
            let length = [0, 1, 90, 100, 101, 250, 2_000].randomElement(using: &random) ?? 0
            lengths.append(length)
            parts.append(
                .head(
                    request: request, expects: Int.random(in: 0..<4, using: &random) == 0,
                    keepsConnection: Int.random(in: 0..<40, using: &random) > 0))
            var offset = 0
            while offset < length {
                let count = min(length - offset, Int.random(in: 1...Self.highestPiece, using: &random))
                parts.append(.body(request: request, offset: offset, count: count))
                offset += count
            }
            parts.append(.end(request: request))
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            // What follows a fault of the protocol is not decoded.
            let place = Int.random(in: 0...parts.count, using: &random)
            parts.removeSubrange(place...)
            parts.append(Bool.random(using: &random) ? .malformed : .inputClosed)
        } else if Bool.random(using: &random) {
            parts.append(.inputClosed)
        }
        self.parts = parts[...]
        self.lengths = lengths
    }

    mutating func next() -> Part? {
        let part = parts.popFirst()
        switch part {
        case .head(let request, _, _): current = (request, 0)
        case .body(_, let offset, let count): current.sent = offset + count
        case .end, nil: break
        case .malformed: hasEnded = true
        case .inputClosed: (hasEnded, hasClosed) = (true, true)
        }
        return part
    }

    /// Bytes of a body that are sent.
    func sentBytes(of request: Int) -> Int {
        guard request >= 0 else { return 0 }
        return request < current.request ? lengths[request] : current.sent
    }

    /// The bytes of a body: each tells its request and its place.
    static func bytes(of request: Int, from offset: Int, count: Int) -> ByteBuffer {
        ByteBuffer(bytes: (offset..<offset + count).map { byte(of: request, at: $0) })
    }

    static func byte(of request: Int, at place: Int) -> UInt8 { UInt8(truncatingIfNeeded: request &* 31 &+ place) }
}

extension SimulatedClient.Part {
    /// Bytes that it takes of a read, about.
    var size: Int {
        if case .body(_, _, let count) = self { count } else { 20 }
    }

    func send(to harness: IntakeHarness) {
        switch self {
        case .head(let request, let expects, let keepsConnection):
            harness.receive(.head(.test("/\(request)", keepsConnection: keepsConnection, expects: expects)))
        case .body(let request, let offset, let count):
            harness.receive(.body(SimulatedClient.bytes(of: request, from: offset, count: count)))
        case .end: harness.receive(.end)
        case .malformed: harness.receiveMalformed()
        case .inputClosed: harness.closeInput()
        }
    }
}
