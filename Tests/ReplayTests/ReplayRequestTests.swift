import CSV
import Testing

@testable import Replay

@Suite("The calls as they are sent")
struct ReplayRequestTests {
    private func first<Row: CSVRowDecodable>(_: Row.Type, _ path: String) throws -> Row {
        try #require(try CSVFile<Row>(path: path).next())
    }

    private func body(_ request: ReplayRequest) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test("bodies carry the API's names, byte for byte")
    func bodies() throws {
        let bench = try ReplayBench(orders: ["\(ReplayBench.order.uppercased()),W,B/1,3,t"])
        let stock = try first(StockRow.self, bench.path("stock"))
        let line = try first(CheckoutLine.self, bench.path("orders"))
        let order = CheckoutOrder(id: line.orderID, lines: [line])
        let product = try ReplayRequest.product(first(ProductRow.self, bench.path("products")))
        let warehouse = try ReplayRequest.warehouse(first(WarehouseRow.self, bench.path("warehouses")))
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
                == #"{"items":[{"quantity":3,"sku":"B/1","warehouse_code":"W"}],"order_id":"\#(ReplayBench.order)"}"#
        )
        #expect(reserve.idempotencyKey == "k")
    }

    @Test("a path segment keeps nothing that means something in a path")
    func escaping() {
        #expect(ReplayRequest.escaped("A-z_9.~") == "A-z_9.~")
        #expect(ReplayRequest.escaped("B/1 %é") == "B%2F1%20%25%C3%A9")
    }
}
