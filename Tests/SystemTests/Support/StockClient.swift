import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A server's response.
struct Answer: Sendable, CustomStringConvertible {
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]

    var json: JSON { JSON(parsing: bytes) }
    var isSuccess: Bool { status == 200 || status == 201 }
    var code: String? { json["code"].text }
    var detail: String? { json["detail"].text }
    func header(_ name: String) -> String? { headers.first(name: name) }
    var description: String { "\(status) \(String(decoding: bytes.prefix(600), as: UTF8.self))" }
}

/// A client of one server's HTTP API.
struct StockClient: Sendable {
    let url: String
    let http: HTTPClient
    /// Longer than the server takes for any call, even with a lost database.
    var limit = TimeAmount.seconds(30)
    /// The API key of every call; nil for none.
    var key: String?

    func with(key: String) -> StockClient {
        var client = self
        client.key = key
        return client
    }

    // MARK: Any call

    /// - Throws: if no complete response came.
    func send(
        _ method: HTTPMethod, _ path: String, bytes: [UInt8]? = nil, headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers = headers
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        if let bytes {
            request.body = .bytes(bytes)
            if !headers.contains(name: "Content-Type") {
                request.headers.add(name: "Content-Type", value: "application/json")
            }
        }
        let response = try await http.execute(request, timeout: limit)
        let body = try await response.body.collect(upTo: 16 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, bytes: Array(body.readableBytesView))
    }

    func get(_ path: String) async throws -> Answer { try await send(.GET, "/api/v1" + path) }

    func post(_ path: String, _ body: JSON? = nil) async throws -> Answer {
        try await send(.POST, "/api/v1" + path, bytes: body?.bytes)
    }

    func put(_ path: String, _ body: JSON) async throws -> Answer {
        try await send(.PUT, "/api/v1" + path, bytes: body.bytes)
    }

    func health() async throws -> Answer { try await send(.GET, "/health/ready") }

    // MARK: Movements

    func receive(_ sku: String, _ warehouse: String, _ quantity: Int, reference: String = "") async throws -> Answer {
        try await move("receive", sku, warehouse, quantity, reference)
    }

    func ship(_ sku: String, _ warehouse: String, _ quantity: Int, reference: String = "") async throws -> Answer {
        try await move("ship", sku, warehouse, quantity, reference)
    }

    private func move(
        _ kind: String, _ sku: String, _ warehouse: String, _ quantity: Int, _ reference: String
    ) async throws -> Answer {
        try await post(
            "/inventory/\(kind)",
            [
                "sku": .string(sku), "warehouse_code": .string(warehouse), "quantity": .integer(quantity),
                "reference": .string(reference),
            ])
    }

    func transfer(
        _ sku: String, from: String, to: String, _ quantity: Int, reference: String = ""
    ) async throws -> Answer {
        try await post(
            "/inventory/transfer",
            [
                "sku": .string(sku), "from_warehouse": .string(from), "to_warehouse": .string(to),
                "quantity": .integer(quantity), "reference": .string(reference),
            ])
    }

    // MARK: Reservations

    func reserve(
        order: String, _ lines: [(sku: String, warehouse: String, quantity: Int)], ttl: Int? = nil
    ) async throws -> Answer {
        let items = lines.map { line -> JSON in
            [
                "sku": .string(line.sku), "warehouse_code": .string(line.warehouse),
                "quantity": .integer(line.quantity),
            ]
        }
        var body: [String: JSON] = ["order_id": .string(order), "items": .array(items)]
        if let ttl { body["ttl"] = .integer(ttl) }
        return try await post("/reservations", .object(body))
    }

    func confirm(_ order: String) async throws -> Answer { try await post("/reservations/\(order)/confirm") }
    func release(_ order: String) async throws -> Answer { try await post("/reservations/\(order)/release") }
    func reservations(of order: String) async throws -> Answer { try await get("/reservations/\(order)") }

    // MARK: Reads

    func record(_ id: String) async throws -> Answer { try await get("/inventory/\(id)") }

    func availability(_ sku: String) async throws -> Int? {
        let answer = try await get("/availability?sku=\(sku)")
        return answer.json["items"][0]["quantity_available"].int
    }

    /// The record of a product in a warehouse, read from the database.
    func record(_ sku: String, _ warehouse: String) async throws -> JSON {
        try await get("/inventory?sku=\(sku)&warehouse_code=\(warehouse)").json["items"][0]
    }
}

/// A new order id.
func newOrder() -> String { UUID().uuidString.lowercased() }
