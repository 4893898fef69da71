import HTTPTypes
import NIOCore
import UseCases

@testable import HTTPCore
@testable import JSON

/// A nearly valid request, generated from the routes' descriptions, so that new routes are fuzzed automatically.
struct FuzzedRequest: Sendable {
    let head: HTTPRequest
    let body: PiecewiseBody
    let isLocal: Bool

    /// - Parameter key: an API key that opens every route.
    init(_ endpoints: [Endpoint], key: String, _ random: inout SplitMix) {
        guard let endpoint = endpoints.randomElement(using: &random) else { preconditionFailure("there are no routes") }
        var target = Self.target(endpoint, &random)
        if chance(1, of: 20, &random) { target = ByteMutator.damaged(target, &random) }
        let bytes = Self.body(endpoint, &random)
        var headers = Self.headers(key: key, isCSV: endpoint.body.streamLimit != nil, &random)
        if chance(9, of: 10, &random) {
            headers[.contentLength] = String(bytes.count)
        } else {
            headers[.contentLength] = ["", "0", "-1", "1", "1e3", "1048577", "99999999999999999999"]
                .randomElement(using: &random)
        }
        if chance(1, of: 10, &random) { headers[.transferEncoding] = "chunked" }
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace]
        let method = chance(19, of: 20, &random) ? endpoint.method : methods.randomElement(using: &random) ?? .get
        head = HTTPRequest(method: method, scheme: nil, authority: nil, path: target, headerFields: headers)
        body = PiecewiseBody(
            pieces: Self.pieces(bytes, &random), breaksOff: chance(1, of: 100, &random))
        isLocal = Bool.random(using: &random)
    }

    // MARK: Target

    private static let values: [String: [String]] = [
        "id": [Samples.inventoryText, Samples.orderText, "17"], "order_id": [Samples.orderText, Samples.inventoryText],
        "sku": ["LAPTOP-001", "A/1", "NOPE"], "code": ["WH1", "NOPE"], "warehouse_code": ["WH1", "WH2", "at"],
        "limit": ["1", "500", "0", "501", "-1", "x", "1e2", "99999999999999999999"],
        "cursor": [Cursor(["A", "B"]).token, Cursor([Samples.inventoryText]).token, Cursor([]).token, "e30", "x"],
        "type": LedgerTypes.all, "status": ["open", "acknowledged", "resolved", "accepted", "nope"],
        "time": times, "from": times, "to": times, "days": ["7", "0", "366"], "bucket": ["hour", "day", "week"],
    ]
    private static let times = [
        Samples.instantText, "2026-11-22T15:00:00+01:00", "2026-11-22T15:00:00 01:00", "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z", "2016-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "now",
    ]
    private static let anyValues = [
        "true", "false", "1", "", "laptop", "%", "\u{0}", String(repeating: "x", count: 300),
    ]

    private static func target(_ endpoint: Endpoint, _ random: inout SplitMix) -> String {
        var target = ""
        for segment in endpoint.path.segments {
            switch segment {
            case .literal(let text): target += "/" + text
            case .parameter(let name): target += "/" + written(value(of: name, &random), &random)
            }
        }
        var query: [String] = []
        for parameter in endpoint.parameters where parameter.place == .query && chance(1, of: 2, &random) {
            for _ in 0..<(chance(1, of: 10, &random) ? 3 : 1) {
                query.append("\(parameter.name)=\(written(value(of: parameter.name, &random), &random))")
            }
        }
        return query.isEmpty ? target : "\(target)?\(query.joined(separator: "&"))"
    }

    private static func value(of name: String, _ random: inout SplitMix) -> String {
        let text = (values[name] ?? anyValues).randomElement(using: &random) ?? ""
        return chance(1, of: 5, &random) ? ByteMutator.damaged(text, &random) : text
    }

    /// Percent-encoded as in a URL, or unencoded.
    private static func written(_ text: String, _ random: inout SplitMix) -> String {
        chance(4, of: 5, &random) ? PercentEncoding.encode(segment: text) : text
    }

    // MARK: Headers

    private struct Sample {
        let name: HTTPField.Name
        /// How many of a hundred requests have the header, and how many of those the intended, first value.
        let often: Int
        let meant: Int
        let values: [String]
    }

    private static let samples: [Sample] = [
        Sample(
            name: .contentType, often: 60, meant: 90,
            values: ["application/json", "application/json; charset=utf-8", "text/csv", "a/b+json", "x", ""]),
        Sample(
            name: .idempotencyKey, often: 40, meant: 75,
            values: ["k-1", "", "a b", "ключ", String(repeating: "k", count: 256)]),
        Sample(
            name: .traceParent, often: 20, meant: 50,
            values: [
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "ff-0-0-00", "00-",
                String(repeating: "-", count: 99),
            ]),
        Sample(
            name: .requestID, often: 20, meant: 50,
            values: ["r-1", "a b", "", String(repeating: "x", count: 129), "a\u{1}b", "é"]),
        Sample(
            name: .ifNoneMatch, often: 20, meant: 50,
            values: ["\"7\"", "W/\"7\"", "*", "\"1\", \"7\"", ",,,", "\"", ""]),
    ]

    private static func headers(key: String, isCSV: Bool, _ random: inout SplitMix) -> HTTPFields {
        let keys = ["Bearer \(key)", "bearer \(key)", "Basic eDp5", "Bearer", "Bearer inv_", ""]
        let all = samples + [Sample(name: .authorization, often: 97, meant: 95, values: keys)]
        var fields = HTTPFields()
        for sample in all where chance(sample.often, of: 100, &random) {
            for _ in 0..<(chance(1, of: 100, &random) ? 2 : 1) {
                let meant = isCSV && sample.name == .contentType ? "text/csv" : sample.values[0]
                let isMeant = chance(sample.meant, of: 100, &random)
                var value = Array((isMeant ? meant : sample.values.randomElement(using: &random) ?? "").utf8)
                if chance(1, of: 20, &random) { ByteMutator.damage(&value, &random) }
                fields.append(HTTPField(name: sample.name, value: value))
            }
        }
        return fields
    }

    // MARK: Body

    private static func body(_ endpoint: Endpoint, _ random: inout SplitMix) -> [UInt8] {
        guard let sample = endpoint.description?.body else { return chance(1, of: 10, &random) ? [0x78] : [] }
        var bytes = Array((sample.example ?? "{}").utf8)
        if chance(4, of: 5, &random), var value = try? JSONReader.read(bytes) {
            for _ in 0..<Int.random(in: 0...3, using: &random) { value = JSONMutator.changed(value, &random) }
            var writer = JSONWriter()
            writer.value(value)
            bytes = Array(writer.buffer.readableBytesView)
        }
        let isText = endpoint.body.streamLimit != nil
        if chance(isText ? 2 : 1, of: 3, &random) { ByteMutator.damage(&bytes, &random) }
        if chance(1, of: 2_000, &random) { bytes += repeatElement(0x20, count: 1 << 20) }
        return bytes
    }

    private static func pieces(_ bytes: [UInt8], _ random: inout SplitMix) -> [ByteBuffer] {
        var pieces: [ByteBuffer] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = chance(9, of: 10, &random) ? rest.count : Int.random(in: 0...rest.count, using: &random)
            pieces.append(ByteBuffer(bytes: rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}

/// A body that arrives in pieces and may break off.
struct PiecewiseBody: RequestBody {
    struct BrokeOff: Error {}

    let pieces: [ByteBuffer]
    let breaksOff: Bool

    func read(upTo limit: Int, _ take: (ByteBuffer) throws -> Void) async throws {
        var count = 0
        for piece in pieces {
            count += piece.readableBytes
            guard count <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
            try take(piece)
        }
        if breaksOff { throw BrokeOff() }
    }
}
