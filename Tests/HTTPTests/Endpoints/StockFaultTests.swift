import Domain
import Testing
import UseCases

@testable import HTTPCore

@Suite("Faults of stock requests")
struct StockFaultTests {
    private static let good = #""sku":"LAPTOP-001","warehouse_code":"WH1""#

    @Test("every fault is reported at once, with its field")
    func allFaults() async throws {
        try await withAPI { api in
            let answer = try await api.post(
                "/inventory/receive",
                #"{"sku":"no such","quantity":0,"reason":7,"reference":"a\u0000b","expected_version":-1}"#
            )
            #expect(answer.status == 422)
            #expect(answer.code == "validation_failed")
            #expect(
                answer.faults == [
                    "sku: must be 1 to 64 characters of A-Z a-z 0-9 . _ - / and not . or ..",
                    "warehouse_code: is required", "reason: must be a string, not a number",
                    "reference: must not contain control characters",
                    "expected_version: must be between 0 and 9007199254740991",
                    "quantity: must be between 1 and 1000000000",
                ]
            )
        }
    }

    @Test(
        "an invalid quantity is 422",
        arguments: [
            "0", "-1", "1000000001", "1.5", "1e400", "1e19", "\"5\"", "true", "[]", "{}", "null", "-0",
            "99999999999999999999999999", "1e-1",
        ]
    )
    func quantities(_ quantity: String) async throws {
        try await withAPI { api in
            for route in ["receive", "ship"] {
                let answer = try await api.post("/inventory/\(route)", "{\(Self.good),\"quantity\":\(quantity)}")
                #expect(answer.status == 422)
                #expect(answer.faultyFields == ["quantity"])
            }
        }
    }

    @Test(
        "an adjustment needs exactly one of change and count, and a reason",
        arguments: [
            (#""reason":"x""#, ["quantity_change"]),
            (#""reason":"x","quantity_change":1,"counted_quantity":1"#, ["counted_quantity"]),
            (#""reason":"x","quantity_change":0"#, ["quantity_change"]),
            (#""reason":"x","quantity_change":-1000000001"#, ["quantity_change"]),
            (#""reason":"x","counted_quantity":-1"#, ["counted_quantity"]),
            (#""reason":"x","counted_quantity":9007199254740992"#, ["counted_quantity"]),
            (#""quantity_change":1"#, ["reason"]), (#""quantity_change":1,"reason":null"#, ["reason"]),
            (#""quantity_change":1,"reason":"""#, ["reason"]),
        ]
    )
    func adjustments(_ members: String, _ fields: [String]) async throws {
        try await withAPI { api in
            let answer = try await api.post("/inventory/adjust", "{\(Self.good),\(members)}")
            #expect(answer.status == 422)
            #expect(answer.faultyFields == fields)
        }
    }

    @Test("a transfer to its own source is 422")
    func transferToItself() async throws {
        try await withAPI { api in
            let answer = try await api.post(
                "/inventory/transfer",
                #"{"sku":"LAPTOP-001","from_warehouse":"WH1","to_warehouse":"WH1","quantity":1}"#
            )
            #expect(answer.faults == ["to_warehouse: must not be from_warehouse"])
        }
    }

    @Test("an unknown SKU or warehouse is 404, in words")
    func unknown() async throws {
        try await withAPI { api in
            let sku = try await api.post("/inventory/ship", #"{"sku":"X","warehouse_code":"WH1","quantity":1}"#)
            #expect(sku.status == 404)
            #expect(sku.detail == "Unknown SKU: X")
            let code = try await api.post(
                "/inventory/ship",
                #"{"sku":"LAPTOP-001","warehouse_code":"X","quantity":1}"#
            )
            #expect(code.detail == "Unknown warehouse: X")
        }
    }

    @Test(
        "a quantity that the record cannot take blames the field that said it",
        arguments: [
            ("receive", #""quantity":1"#, "quantity"),
            ("adjust", #""reason":"x","quantity_change":1"#, "quantity_change"),
            ("adjust", #""reason":"x","counted_quantity":1"#, "counted_quantity"),
        ]
    )
    func tooHigh(_ route: String, _ members: String, _ field: String) async throws {
        var ports = TestPorts()
        ports.submit = { _, _ throws(ServiceFailure) in throw .refused(.quantityTooHigh(Samples.reference)) }
        try await withAPI(ports) { api in
            let answer = try await api.post("/inventory/\(route)", "{\(Self.good),\(members)}")
            #expect(answer.status == 422)
            #expect(answer.faultyFields == [field])
        }
    }
}
