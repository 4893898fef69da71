import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Reorder figures")
struct ReorderPolicyTests {
    @Test("a new record is 201, a changed one 200", arguments: [true, false])
    func set(_ isNew: Bool) async throws {
        var ports = TestPorts()
        ports.submit = { command, _ in
            #expect(
                command
                    == .setPolicy(
                        PolicyChange(record: Samples.reference, reorderPoint: 10, reorderQuantity: 25)
                    )
            )
            return .policy(Samples.record, created: isNew)
        }
        try await withAPI(ports) { api in
            let answer = try await api.send(
                .put,
                "/inventory/LAPTOP-001/WH1",
                #"{"reorder_point":10,"reorder_quantity":25.0}"#
            )
            #expect(answer.status == (isNew ? 201 : 200))
            #expect(answer.headers[.location] == (isNew ? "/api/v1/inventory/\(Samples.inventoryText)" : nil))
            #expect(answer.headers[.eTag] == "\"7\"")
            #expect(answer.members["reorder_point"] as? Int == 10)
        }
    }

    @Test("figures out of range are 422")
    func faults() async throws {
        try await withAPI { api in
            let answer = try await api.send(
                .put,
                "/inventory/LAPTOP-001/WH1",
                #"{"reorder_point":-1,"reorder_quantity":0,"safety_stock":9007199254740992}"#
            )
            #expect(answer.faultyFields == ["reorder_point", "reorder_quantity", "safety_stock"])
            let missing = try await api.send(.put, "/inventory/LAPTOP-001/WH1", "{}")
            #expect(missing.faultyFields == ["reorder_point", "reorder_quantity"])
        }
    }

    @Test("codes that look like other routes are still codes", arguments: ["X/at", "X/transactions", "low-stock/WH1"])
    func clashes(_ path: String) async throws {
        try await withAPI { api in
            let answer = try await api.send(
                .put,
                "/inventory/\(path)",
                #"{"reorder_point":1,"reorder_quantity":1}"#
            )
            #expect(answer.status == 404)
            #expect(answer.detail == "Unknown SKU: \(path.prefix { $0 != "/" })")
        }
    }

    @Test("a malformed code is unknown")
    func badCodes() async throws {
        try await withAPI { api throws in
            #expect(try await api.send(.put, "/inventory/a%20b/WH1", "{}").detail == "Unknown SKU: a b")
            #expect(try await api.send(.put, "/inventory/A/%2E%2E", "{}").detail == "Unknown warehouse: ..")
        }
    }
}
