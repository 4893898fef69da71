import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Stock routes")
struct StockEndpointTests {
    @Test("a receive answers with the new figures, and its command holds the whole request")
    func receive() async throws {
        var ports = TestPorts()
        ports.submit = { command, actor in
            #expect(actor == "anonymous")
            #expect(
                command
                    == .move(
                        .change(
                            .receive,
                            StockChange(
                                record: Samples.reference,
                                quantity: 50,
                                note: Note(reason: "New shipment from supplier", reference: "DN-1"),
                                expectedVersion: 7
                            )
                        )
                    )
            )
            return .moved(.changed(Samples.changed(from: 100, to: 150)))
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/inventory/receive",
                """
                {"sku":"LAPTOP-001","warehouse_code":"WH1","quantity":50,"reason":"New shipment from supplier",
                "reference":"DN-1","expected_version":7,"unknown":{}}
                """
            )
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/json")
            #expect(
                answer.text == """
                    {"status":"success","sku":"LAPTOP-001","warehouse":"WH1","old_quantity":100,"new_quantity":150,\
                    "inventory_id":"\(Samples.inventoryText)","version":8,"transaction_id":"\(Samples.transactionText)"}
                    """
            )
        }
    }

    @Test("a return is answered like a receive and needs a reason, also in a batch")
    func returned() async throws {
        var ports = TestPorts()
        let change = StockChange(record: Samples.reference, quantity: 2, note: Note(reason: "wrong size"))
        ports.submit = { command, _ in
            #expect(command == .move(.change(.return, change)))
            return .moved(.changed(Samples.changed(from: 100, to: 102)))
        }
        try await withAPI(ports) { api in
            let body = #""sku":"LAPTOP-001","warehouse_code":"WH1","quantity":2"#
            let answer = try await api.post("/inventory/return", #"{\#(body),"reason":"wrong size"}"#)
            #expect(answer.status == 200)
            #expect(answer.members["new_quantity"] as? Int == 102)
            #expect(try await api.post("/inventory/return", "{\(body)}").faults == ["reason: is required"])
            let batch = try await api.post("/inventory/batch", #"{"operations":[{"type":"return",\#(body)}]}"#)
            #expect(batch.faults == ["operations[0].reason: is required"])
        }
    }

    @Test("a ship takes an integer however it is written, and null as absent")
    func ship() async throws {
        var ports = TestPorts()
        ports.submit = { command, _ in
            #expect(command == .move(.change(.ship, StockChange(record: Samples.reference, quantity: 200))))
            return .moved(.changed(Samples.changed(from: 300, to: 100)))
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/inventory/ship",
                #"{"sku":"LAPTOP-001","warehouse_code":"WH1","quantity":2e2,"reason":null,"expected_version":null}"#
            )
            #expect(answer.status == 200)
        }
    }

    @Test("an adjustment by a difference shows the change of the record")
    func adjust() async throws {
        var ports = TestPorts()
        ports.submit = { command, _ in
            guard case .move(.adjust(let adjustment)) = command else { return .released(order: Samples.order) }
            #expect(adjustment.target == .change(-3))
            return .moved(.changed(Samples.changed(from: 100, to: 97)))
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/inventory/adjust",
                #"{"sku":"LAPTOP-001","warehouse_code":"WH1","quantity_change":-3,"reason":"broken"}"#
            )
            #expect(
                answer.text == """
                    {"status":"success","sku":"LAPTOP-001","warehouse":"WH1","old_quantity":100,"new_quantity":97,\
                    "quantity_change":-3,"inventory_id":"\(Samples.inventoryText)","version":8,\
                    "transaction_id":"\(Samples.transactionText)"}
                    """
            )
        }
    }

    @Test("a count that equals on hand has no transaction")
    func count() async throws {
        var ports = TestPorts()
        ports.submit = { command, _ in
            guard case .move(.adjust(let adjustment)) = command else { return .released(order: Samples.order) }
            #expect(adjustment.target == .count(0))
            return .moved(.changed(Samples.changed(from: 0, to: 0, transaction: nil)))
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/inventory/adjust",
                #"{"sku":"LAPTOP-001","warehouse_code":"WH1","counted_quantity":0,"reason":"count"}"#
            )
            #expect(answer.status == 200)
            #expect(answer.text.contains(#""quantity_change":0"#))
            #expect(answer.text.contains(#""transaction_id":null"#))
        }
    }

    @Test("a transfer answers with both records and both ledger rows")
    func transfer() async throws {
        let transfer = Transfer(source: Samples.reference, destination: Samples.secondReference, quantity: 10)
        var ports = TestPorts()
        ports.submit = { command, _ in
            #expect(command == .move(.transfer(transfer)))
            return .moved(
                .transferred(
                    TransferOutcome(
                        transfer: transfer,
                        transactionOut: Samples.transaction,
                        transactionIn: Samples.secondTransaction
                    )
                )
            )
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/inventory/transfer",
                #"{"sku":"LAPTOP-001","from_warehouse":"WH1","to_warehouse":"WH2","quantity":10}"#
            )
            #expect(
                answer.text == """
                    {"status":"success","sku":"LAPTOP-001","from":"WH1","to":"WH2","quantity":10,"transaction_ids":\
                    ["\(Samples.transactionText)","\(Samples.secondTransactionText)"]}
                    """
            )
        }
    }
}
