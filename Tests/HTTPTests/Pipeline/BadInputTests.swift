import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Bad input")
struct BadInputTests {
    private static let writes: [(HTTPRequest.Method, String)] =
        MovementKind.allCases.map { (.post, "/inventory/\($0.rawValue)") } + [
            (.post, "/inventory/batch"), (.post, "/reservations"), (.post, "/products"), (.post, "/warehouses"),
            (.put, "/inventory/LAPTOP-001/WH1"), (.post, "/reservations/\(Samples.orderText)/extend"),
        ]
    private static let patches: [(HTTPRequest.Method, String)] = [
        (.patch, "/products/LAPTOP-001"), (.patch, "/warehouses/WH1"),
    ]

    @Test("a body that is not JSON is 400 on every route that reads one")
    func notJSON() async throws {
        let bodies: [[UInt8]] =
            ["", " ", "{", #"{"sku":"#, "{\"sku\":\"LAP", "x=1", "[1,]", "\u{FEFF}{}"].map { Array($0.utf8) }
            + [[0xFF, 0xFE], [0x7B, 0x22, 0xC3, 0x22, 0x3A, 0x31, 0x7D], Array(repeating: 0x5B, count: 1_000_000)]
        try await withAPI { api in
            for (method, path) in Self.writes + Self.patches {
                for body in bodies {
                    let answer = try await api.send(method, path, body)
                    #expect(answer.status == 400, "\(method) \(path)")
                    #expect(answer.code == "malformed_request")
                }
            }
        }
    }

    @Test("JSON that is not an object is 422")
    func notAnObject() async throws {
        try await withAPI { api in
            for (method, path) in Self.writes + Self.patches {
                for body in ["null", "[]", "7", "\"x\"", "true"] {
                    let answer = try await api.send(method, path, body)
                    #expect(answer.status == 422)
                    #expect(answer.faultyFields == ["body"])
                }
            }
        }
    }

    @Test("an empty object is 422 where fields are required")
    func emptyObject() async throws {
        try await withAPI { api in
            for (method, path) in Self.writes {
                let answer = try await api.send(method, path, "{}")
                #expect(answer.status == 422, "\(path)")
                #expect(!answer.faultyFields.isEmpty)
            }
        }
    }

    @Test("another media type is 415; JSON types and an absent type are accepted")
    func mediaTypes() async throws {
        try await withAPI { api in
            for (method, path) in Self.writes {
                for type in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"] {
                    let answer = try await api.send(method, path, "{}", headers: [.contentType: type])
                    #expect(answer.status == 415)
                    #expect(answer.code == "unsupported_media_type")
                }
                let answer = try await api.send(
                    method,
                    path,
                    "{}",
                    headers: [.contentType: "application/json; charset=UTF-8"]
                )
                #expect(answer.status == 422)
            }
        }
    }

    @Test("a body above 1 MiB is 413, whatever the route does with it")
    func tooLarge() async throws {
        let body = Array(repeating: UInt8(ascii: " "), count: 2 << 20)
        try await withAPI { api in
            for path in ["/inventory/receive", "/reservations", "/reservations/\(Samples.orderText)/confirm"] {
                let answer = try await api.send(.post, path, body)
                #expect(answer.status == 413)
                #expect(answer.code == "payload_too_large")
            }
            let allowed = try await api.send(.post, "/reservations", Array(body.prefix(1 << 20)))
            #expect(allowed.status == 400)
        }
    }

    @Test("values of every wrong kind in every field are 422, never a 500")
    func wrongKinds() async throws {
        let fields = [
            "sku", "warehouse_code", "quantity", "reason", "reference", "expected_version", "quantity_change",
            "counted_quantity", "from_warehouse", "to_warehouse", "operations", "order_id", "items", "ttl", "name",
            "base_price", "description", "attributes", "code", "priority", "reorder_point", "reorder_quantity",
            "safety_stock",
        ]
        let values = [
            "null", "true", "-1", "0", "1e400", "1e-400", "99999999999999999999", "\"\"", "\"\\u0000\"", "[]", "{}",
            "[[]]", "[null]", "[{}]", "\"\(String(repeating: "x", count: 5_000))\"", "{\"a\":{\"b\":[]}}",
        ]
        try await withAPI { api in
            for (method, path) in Self.writes {
                for value in values {
                    let members = fields.map { "\"\($0)\":\(value)" }.joined(separator: ",")
                    let answer = try await api.send(method, path, "{\(members)}")
                    #expect(answer.status == 422, "\(path) \(value)")
                }
            }
        }
    }

    @Test("mutated requests are never a 500, 3,000 of them")
    func mutations() async throws {
        var random = SplitMix(seed: 6)
        let seed = Array(
            """
            {"sku":"NOPE","warehouse_code":"WH1","quantity":5,"reason":"x","order_id":"\(Samples.orderText)",
            "items":[{"sku":"NOPE","warehouse_code":"WH1","quantity":2}],"ttl":6,"operations":[{"type":"ship"}]}
            """.utf8
        )
        var requests: [(HTTPRequest.Method, String, [UInt8])] = []
        for _ in 0..<300 {
            var body = seed
            for _ in 0..<3 {
                body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            requests += Self.writes.map { ($0.0, $0.1, body) }
        }
        // A request that is still valid names an unknown SKU or order.
        var ports = TestPorts()
        ports.submit = { _, _ throws(ServiceFailure) in throw .refused(.unknownOrder(Samples.order)) }
        try await withAPI(ports) { [requests] api in
            for (method, path, body) in requests where path != "/products" && path != "/warehouses" {
                let answer = try await api.send(method, path, body)
                #expect([400, 404, 422].contains(answer.status), "\(path) \(answer.text)")
            }
        }
    }
}
