import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Reads of inventory records")
struct InventoryReadTests {
    private static let path = "/inventory/\(Samples.inventoryText)"
    private static let shown = """
        {"id":"\(Samples.inventoryText)","product_id":"\(Samples.productText)",\
        "warehouse_id":"\(Samples.warehouseText)","sku":"LAPTOP-001","warehouse_code":"WH1","quantity_on_hand":100,\
        "quantity_reserved":2,"quantity_available":98,"reorder_point":10,"reorder_quantity":25,"safety_stock":5,\
        "low_stock":false,"version":7,"updated_at":"\(Samples.instantText)"}
        """

    @Test("a record is shown with its version as entity tag")
    func show() async throws {
        var ports = TestPorts()
        ports.record = { _ in Samples.record }
        try await withAPI(ports) { api in
            let answer = try await api.get(Self.path)
            #expect(answer.text == Self.shown)
            #expect(answer.headers[.eTag] == "\"7\"")
            let head = try await api.send(.head, Self.path)
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
            #expect(head.headers[.contentLength] == String(Self.shown.utf8.count))
        }
    }

    @Test(
        "If-None-Match is answered with 304 when it names the version",
        arguments: [
            ("\"7\"", true), ("W/\"7\"", true), ("*", true), ("\"1\", \"7\"", true), ("\"1\",W/\"7\" ", true),
            ("\"8\"", false), ("7", false), ("\"77\"", false), ("", false),
        ]
    )
    func notModified(_ field: String, _ isMatch: Bool) async throws {
        var ports = TestPorts()
        ports.record = { _ in Samples.record }
        try await withAPI(ports) { api in
            let answer = try await api.get(Self.path, headers: [.ifNoneMatch: field])
            #expect(answer.status == (isMatch ? 304 : 200))
            #expect(answer.headers[.eTag] == "\"7\"")
            #expect(answer.text.isEmpty == isMatch)
        }
    }

    @Test("an id that is not a UUID is 422, an unknown one 404")
    func badID() async throws {
        try await withAPI { api in
            for suffix in ["", "/transactions", "/at?time=2026-11-22T15:00:00Z"] {
                let bad = try await api.get("/inventory/17\(suffix)")
                #expect(bad.status == 422)
                #expect(bad.faults == ["id: must be a UUID"])
                let unknown = try await api.get("/inventory/\(Samples.orderText)\(suffix)")
                #expect(unknown.status == 404)
                #expect(unknown.detail == "Unknown inventory record: \(Samples.orderText)")
            }
        }
    }

    @Test("a list takes its filters")
    func list() async throws {
        var ports = TestPorts()
        ports.records = { filter, page in
            #expect(
                filter
                    == RecordFilter(
                        sku: Samples.sku("A/1"),
                        warehouseCode: Samples.warehouseCode,
                        isLowStock: true,
                        isOutOfStock: false
                    )
            )
            #expect(page.limit == 500)
            return Page(items: [Samples.record], next: nil)
        }
        try await withAPI(ports) { api in
            let answer = try await api.get(
                "/inventory?sku=A%2F1&warehouse_code=WH1&low_stock=true&out_of_stock=false&limit=500&cursor="
            )
            #expect(answer.text == #"{"items":[\#(Self.shown)],"next_cursor":null}"#)
        }
    }

    @Test("low stock includes product and warehouse names")
    func lowStock() async throws {
        var ports = TestPorts()
        ports.lowStock = { warehouse, _ in
            #expect(warehouse == Samples.warehouseCode)
            let line = LowStockLine(
                inventoryID: Samples.inventory,
                sku: Samples.sku,
                productName: "Laptop",
                warehouseName: "North",
                warehouseCode: Samples.warehouseCode,
                quantityAvailable: 3,
                reorderPoint: 10,
                reorderQuantity: 25
            )
            return Page(items: [line], next: nil)
        }
        try await withAPI(ports) { api in
            let answer = try await api.get("/inventory/low-stock?warehouse_code=WH1")
            #expect(
                answer.text == """
                    {"items":[{"inventory_id":"\(Samples.inventoryText)","sku":"LAPTOP-001","name":"Laptop",\
                    "warehouse":"North","warehouse_code":"WH1","quantity_available":3,"reorder_point":10,\
                    "reorder_quantity":25}],"next_cursor":null}
                    """
            )
        }
    }

    @Test("a ledger row shows all of its fields, absent ones as null")
    func transactions() async throws {
        var ports = TestPorts()
        ports.transactions = { filter, _ in
            #expect(
                filter
                    == LedgerFilter(
                        kind: .transferOut,
                        from: Instant(milliseconds: Samples.instant.milliseconds - 123),
                        to: Samples.instant
                    )
            )
            let entry = LedgerEntry(
                id: Samples.transaction,
                inventoryID: Samples.inventory,
                version: 8,
                kind: .transferOut,
                quantityChange: -10,
                quantityAfter: 90,
                reservedChange: 0,
                reservedAfter: 2,
                orderID: nil,
                reason: nil,
                reference: "T-1",
                actor: "anonymous",
                createdAt: Samples.instant
            )
            return Page(items: [entry], next: nil)
        }
        try await withAPI(ports) { api in
            // The `+` of the offset is not encoded: it arrives as a space.
            let answer = try await api.get(
                "\(Self.path)/transactions?type=transfer_out&from=2026-11-22T16:00:00+01:00&to=\(Samples.instantText)"
            )
            #expect(
                answer.text == """
                    {"items":[{"id":"\(Samples.transactionText)","inventory_id":"\(Samples.inventoryText)",\
                    "type":"transfer_out","quantity_change":-10,"quantity_before":100,"quantity_after":90,\
                    "reserved_change":0,"reserved_before":2,"reserved_after":2,"version":8,"order_id":null,\
                    "reason":null,"reference":"T-1","actor":"anonymous","created_at":"\(Samples.instantText)"}],\
                    "next_cursor":null}
                    """
            )
        }
    }

    @Test("the figures at a time are shown")
    func state() async throws {
        var ports = TestPorts()
        ports.state = { instant in
            #expect(instant == Samples.instant)
            return StockState(quantityOnHand: 5, quantityReserved: 2, version: 3)
        }
        try await withAPI(ports) { api in
            let answer = try await api.get("\(Self.path)/at?time=\(Samples.instantText)")
            #expect(
                answer.text
                    == #"{"quantity_on_hand":5,"quantity_reserved":2,"quantity_available":3,"version":3}"#
            )
            #expect(try await api.get("\(Self.path)/at").faults == ["time: is required"])
        }
    }

    @Test(
        "a bad parameter is 422 and named",
        arguments: [
            ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("limit=1e2", "limit"),
            ("limit=-1", "limit"), ("limit=99999999999999999999", "limit"), ("low_stock=yes", "low_stock"),
            ("out_of_stock=1", "out_of_stock"), ("sku=a%20b", "sku"), ("sku=%00", "sku"), ("sku=%GG", "sku"),
            ("warehouse_code=..", "warehouse_code"),
        ]
    )
    func badParameters(_ query: String, _ field: String) async throws {
        try await withAPI { api in
            let answer = try await api.get("/inventory?\(query)")
            #expect(answer.status == 422)
            #expect(answer.faultyFields == [field])
        }
    }

    @Test("all bad parameters are reported at once")
    func badLedgerParameters() async throws {
        try await withAPI { api in
            let answer = try await api.get(
                "\(Self.path)/transactions?type=gift&from=now&to=2026-11-31T00:00:00Z&limit=x"
            )
            #expect(answer.faultyFields == ["type", "from", "to", "limit"])
        }
    }

    @Test("a bad cursor is 400", arguments: ["x", "WzFd", "%FF", "%00"])
    func badCursor(_ cursor: String) async throws {
        try await withAPI { api in
            let answer = try await api.get("/inventory?cursor=\(cursor)")
            #expect(answer.status == 400)
            #expect(answer.code == "malformed_request")
        }
    }

    @Test("a cursor of another list is 400")
    func foreignCursor() async throws {
        var ports = TestPorts()
        ports.records = { _, _ throws(ServiceFailure) in throw .badCursor }
        try await withAPI(ports) { api in
            let answer = try await api.get("/inventory?cursor=\(Cursor(["x"]).token)")
            #expect(answer.status == 400)
            #expect(answer.code == "malformed_request")
        }
    }
}
