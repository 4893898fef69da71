import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Batch route")
struct BatchEndpointTests {
    private static let receive = #"{"type":"receive","sku":"LAPTOP-001","warehouse_code":"WH1","quantity":5}"#

    @Test("the operations are one command, and the results keep their order")
    func batch() async throws {
        let transfer = Transfer(source: Samples.reference, destination: Samples.secondReference, quantity: 2)
        var ports = TestPorts()
        ports.submit = { command, _ in
            guard case .batch(let movements) = command else { return .released(order: Samples.order) }
            #expect(movements.count == 3)
            #expect(movements[2] == .transfer(transfer))
            return .batch([
                .changed(Samples.changed(from: 0, to: 5)), .changed(Samples.changed(from: 5, to: 4)),
                .transferred(
                    TransferOutcome(
                        transfer: transfer,
                        transactionOut: Samples.transaction,
                        transactionIn: Samples.secondTransaction
                    )
                ),
            ])
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/inventory/batch",
                """
                {"operations":[\(Self.receive),
                {"type":"adjust","sku":"LAPTOP-001","warehouse_code":"WH1","quantity_change":-1,"reason":"x"},
                {"type":"transfer","sku":"LAPTOP-001","from_warehouse":"WH1","to_warehouse":"WH2","quantity":2}]}
                """
            )
            #expect(answer.status == 200)
            #expect(answer.text.hasPrefix(#"{"status":"success","results":[{"status":"success","sku":"LAPTOP-001","#))
            let results = try #require(answer.members["results"] as? [[String: Any]])
            #expect(results.count == 3)
            #expect(results[0]["quantity_change"] == nil)
            #expect(results[1]["quantity_change"] as? Int == -1)
            #expect(results[2]["to"] as? String == "WH2")
        }
    }

    @Test("faults name operation and field, and the index of the first")
    func faults() async throws {
        try await withAPI { api in
            let answer = try await api.post(
                "/inventory/batch",
                """
                {"operations":[\(Self.receive),{"type":"steal"},7,
                {"type":"ship","sku":"LAPTOP-001","warehouse_code":"WH1","quantity":"1"},{}]}
                """
            )
            #expect(answer.status == 422)
            #expect(
                answer.faults == [
                    "operations[1].type: must be one of \(MovementKind.allCases.map(\.rawValue).joined(separator: ", "))",
                    "operations[2]: must be an object, not a number",
                    "operations[3].quantity: must be an integer, not a string", "operations[4].type: is required",
                ]
            )
            #expect(answer.members["index"] as? Int == 1)
        }
    }

    @Test("a batch has 1 to 1,000 operations")
    func bounds() async throws {
        try await withAPI { api in
            let many = Array(repeating: Self.receive, count: 1_001).joined(separator: ",")
            for operations in ["[]", "[\(many)]", "{}", "null", "7"] {
                let answer = try await api.post("/inventory/batch", "{\"operations\":\(operations)}")
                #expect(answer.status == 422)
                #expect(answer.faultyFields == ["operations"])
            }
            #expect(try await api.post("/inventory/batch", "{}").faults == ["operations: is required"])
        }
    }

    @Test("a thousand operations are accepted")
    func thousand() async throws {
        var ports = TestPorts()
        ports.submit = { command, _ in
            guard case .batch(let movements) = command else { return .released(order: Samples.order) }
            return .batch(movements.map { _ in .changed(Samples.changed(from: 0, to: 5)) })
        }
        try await withAPI(ports) { api in
            let operations = Array(repeating: Self.receive, count: 1_000).joined(separator: ",")
            let answer = try await api.post("/inventory/batch", "{\"operations\":[\(operations)]}")
            #expect(answer.status == 200)
            #expect((answer.members["results"] as? [Any])?.count == 1_000)
        }
    }

    @Test("a refused operation is reported with its index")
    func refusals() async throws {
        let failures: [(ServiceFailure, Int, String)] = [
            (.refused(.operation(index: 1, Samples.shortage())), 400, "insufficient_stock"),
            (.operation(index: 1, .refused(Samples.shortage())), 400, "insufficient_stock"),
            (.refused(.operation(index: 1, .versionConflict(currentVersion: 9))), 409, "concurrency_conflict"),
            (.refused(.operation(index: 1, .quantityTooHigh(Samples.reference))), 422, "validation_failed"),
        ]
        for (failure, status, code) in failures {
            var ports = TestPorts()
            ports.submit = { _, _ throws(ServiceFailure) in throw failure }
            try await withAPI(ports) { api in
                let answer = try await api.post(
                    "/inventory/batch",
                    "{\"operations\":[\(Self.receive),\(Self.receive)]}"
                )
                #expect(answer.status == status)
                #expect(answer.code == code)
                #expect(answer.members["index"] as? Int == 1)
                if status == 422 { #expect(answer.faultyFields == ["operations[1].quantity"]) }
            }
        }
    }

    @Test("an unknown name is 404 with its index")
    func unknownName() async throws {
        try await withAPI { api in
            let answer = try await api.post(
                "/inventory/batch",
                """
                {"operations":[\(Self.receive),{"type":"ship","sku":"X","warehouse_code":"WH1","quantity":1}]}
                """
            )
            #expect(answer.status == 404)
            #expect(answer.detail == "Unknown SKU: X")
            #expect(answer.members["index"] as? Int == 1)
        }
    }
}
