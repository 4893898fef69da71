import CSV
import Testing

@testable import Replay

@Suite("Requests of a replay")
struct ReplayRequestTests {
    private func first<Row: CSVRowDecodable>(_: Row.Type, _ path: String) throws -> Row {
        try #require(try CSVFile<Row>(path: path).next())
    }

    private func body(_ request: ReplayRequest) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test("bodies have exactly the API's names")
    func bodies() throws {
        let fixture = try ReplayFixture(orders: ["\(ReplayFixture.order.uppercased()),W,B/1,3,t"])
        let stock = try first(StockRow.self, fixture.path("stock"))
        let line = try first(CheckoutLine.self, fixture.path("orders"))
        let order = CheckoutOrder(id: line.orderID, lines: [line])
        let product = try ReplayRequest.product(first(ProductRow.self, fixture.path("products")))
        let warehouse = try ReplayRequest.warehouse(first(WarehouseRow.self, fixture.path("warehouses")))
        let reserve = try ReplayRequest.reserve(order, order.lines[...], idempotencyKey: "k")
        #expect(body(product) == #"{"base_price":"1.00","name":"Apple","sku":"A"}"#)
        #expect(body(warehouse) == #"{"code":"W","name":"West"}"#)
        #expect(body(try .policy(stock)) == #"{"reorder_point":2,"reorder_quantity":5}"#)
        let received =
            #"{"expected_version":0,"quantity":10,"reason":"opening stock","sku":"A","type":"receive","#
            + #""warehouse_code":"W"}"#
        #expect(body(try .openingStock([(stock, 0)])) == #"{"operations":[\#(received)]}"#)
        #expect(
            body(reserve)
                == #"{"items":[{"quantity":3,"sku":"B/1","warehouse_code":"W"}],"order_id":"\#(ReplayFixture.order)"}"#
        )
        #expect(reserve.idempotencyKey == "k")
    }

    @Test("a path segment is fully escaped")
    func escaping() {
        #expect(ReplayRequest.escaped("A-z_9.~") == "A-z_9.~")
        #expect(ReplayRequest.escaped("B/1 %é") == "B%2F1%20%25%C3%A9")
    }
}
