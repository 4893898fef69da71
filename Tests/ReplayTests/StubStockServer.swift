import Foundation
import Testing

@testable import Replay

/// An in-memory stand-in for the API behind the transport protocol, with faults that tests inject. An unexpected call
/// is an issue.
actor StubStockServer: ReplayTransport {
    enum Fault: Sendable {
        /// The call does not reach the server.
        case lostBefore
        /// The call is carried out; its response is lost.
        case lostAfter
        case answer(ReplayAnswer)
    }

    struct Lost: Error {}

    struct Record: Equatable {
        var onHand = 0
        var reserved = 0
        var version = 0
        var policy = [0, 1]
    }

    struct Reservation {
        var record: String
        var quantity: Int
        var status = "pending"
    }

    private(set) var products: Set<String> = []
    private(set) var warehouses: Set<String> = []
    private(set) var records: [String: Record] = [:]
    private(set) var orders: [String: [Reservation]] = [:]
    private(set) var calls: [String] = []
    private(set) var keys: [String] = []
    private(set) var isClosed = false
    private var faults: [(prefix: String, fault: Fault)] = []
    private var hasInjectedOnce = false
    private var onCall: (@Sendable (String) async -> Void)?

    /// The next `times` calls whose method and path begin with the prefix meet the fault.
    func inject(_ fault: Fault, at prefix: String, times: Int = 1) {
        for _ in 0..<times { faults.append((prefix, fault)) }
    }

    func onEachCall(_ body: @escaping @Sendable (String) async -> Void) { onCall = body }

    func setOnHand(_ record: String, _ quantity: Int) {
        records[record, default: Record()].onHand = quantity
        records[record]?.version += 1
    }

    func reserveBeforehand(_ order: String, _ record: String, _ quantity: Int) {
        orders[order, default: []].append(Reservation(record: record, quantity: quantity))
        records[record]?.reserved += quantity
        records[record]?.version += 1
    }

    func count(_ prefix: String) -> Int { calls.filter { $0.hasPrefix(prefix) }.count }

    nonisolated func close() async { await markClosed() }

    /// Allows another run over the same data.
    func reopen() {
        isClosed = false
        calls = []
    }

    private func markClosed() { isClosed = true }

    func send(_ request: ReplayRequest) async throws -> ReplayAnswer {
        let call = "\(request.method.rawValue) \(request.path)"
        if isClosed { Issue.record("\(call) after close") }
        calls.append(call)
        if let key = request.idempotencyKey { keys.append(key) }
        await onCall?(call)
        guard let index = faults.firstIndex(where: { call.hasPrefix($0.prefix) }) else { return try act(request, call) }
        switch faults.remove(at: index).fault {
        case .lostBefore: throw Lost()
        case .lostAfter:
            _ = try act(request, call)
            throw Lost()
        case .answer(let answer): return answer
        }
    }

    // MARK: - The API

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private func act(_ request: ReplayRequest, _ call: String) throws -> ReplayAnswer {
        let segments = request.path.split(separator: "/").dropFirst(2).map { $0.removingPercentEncoding ?? "" }
        let body = try request.body.isEmpty ? Body() : Self.decoder.decode(Body.self, from: Data(request.body))
        switch (request.method, segments.first, segments.count) {
        case (.post, "products", 1):
            return products.insert(body.sku ?? "").inserted ? .json(201) : .problem(409, "already_exists")
        case (.post, "warehouses", 1):
            return warehouses.insert(body.code ?? "").inserted ? .json(201) : .problem(409, "already_exists")
        case (.put, "inventory", 3):
            return put(segments[1] + "@" + segments[2], [body.reorderPoint ?? -1, body.reorderQuantity ?? -1])
        case (.post, "inventory", 2) where segments[1] == "batch": return receive(body.operations ?? [])
        case (.post, "reservations", 1): return reserve(body.orderId ?? "", body.items ?? [])
        case (.get, "reservations", 2):
            guard let list = orders[segments[1]] else { return .problem(404, "not_found") }
            return .json(200, #"{"reservations":[\#(list.map { _ in "{}" }.joined(separator: ","))]}"#)
        case (.post, "reservations", 3) where ["confirm", "release"].contains(segments[2]):
            return settle(segments[1], segments[2])
        default:
            Issue.record("unexpected call: \(call)")
            return .problem(404, "not_found")
        }
    }

    private func put(_ name: String, _ policy: [Int]) -> ReplayAnswer {
        let isNew = records[name] == nil
        var record = records[name] ?? Record(policy: policy)
        if record.policy != policy { record.version += 1 }
        record.policy = policy
        records[name] = record
        return .json(isNew ? 201 : 200, #"{"quantity_on_hand":\#(record.onHand),"version":\#(record.version)}"#)
    }

    private func receive(_ operations: [Body.Item]) -> ReplayAnswer {
        #expect((1...1_000).contains(operations.count))
        for operation in operations {
            let record = records[operation.name, default: Record()]
            if record.version != operation.expectedVersion { return .problem(409, "concurrency_conflict") }
        }
        for operation in operations {
            records[operation.name]?.onHand += operation.quantity
            records[operation.name]?.version += 1
        }
        return .json(200)
    }

    private func reserve(_ order: String, _ items: [Body.Item]) -> ReplayAnswer {
        #expect((1...500).contains(items.count))
        var wanted: [String: Int] = [:]
        for item in items { wanted[item.name, default: 0] += item.quantity }
        for (name, quantity) in wanted {
            let record = records[name, default: Record()]
            if record.onHand - record.reserved < quantity { return .problem(400, "insufficient_stock") }
        }
        for item in items {
            records[item.name]?.reserved += item.quantity
            orders[order, default: []].append(Reservation(record: item.name, quantity: item.quantity))
        }
        for name in wanted.keys { records[name]?.version += 1 }
        return .json(200)
    }

    private func settle(_ order: String, _ verb: String) -> ReplayAnswer {
        guard let list = orders[order] else { return .problem(404, "not_found") }
        for (index, reservation) in list.enumerated() where reservation.status == "pending" {
            records[reservation.record]?.reserved -= reservation.quantity
            if verb == "confirm" { records[reservation.record]?.onHand -= reservation.quantity }
            orders[order]?[index].status = verb == "confirm" ? "confirmed" : "released"
        }
        return .json(200)
    }
}

private struct Body: Decodable {
    struct Item: Decodable {
        var sku: String
        var warehouseCode: String
        var quantity: Int
        var expectedVersion: Int?
        var name: String { sku + "@" + warehouseCode }
    }
    var sku: String?
    var code: String?
    var reorderPoint: Int?
    var reorderQuantity: Int?
    var operations: [Item]?
    var orderId: String?
    var items: [Item]?
}

extension ReplayAnswer {
    static func json(_ status: Int, _ text: String = "{}") -> ReplayAnswer {
        ReplayAnswer(status: status, body: Array(text.utf8))
    }

    static func problem(_ status: Int, _ code: String, retryAfter: Int? = nil) -> ReplayAnswer {
        ReplayAnswer(status: status, retryAfterSeconds: retryAfter, body: Array(#"{"code":"\#(code)"}"#.utf8))
    }
}

extension StubStockServer {
    /// Like ``inject(_:at:times:)``, but only the first call has an effect.
    func injectOnce(_ fault: Fault, at prefix: String) {
        guard !hasInjectedOnce else { return }
        hasInjectedOnce = true
        inject(fault, at: prefix)
    }
}
