import CSV
import Foundation
import Testing

@testable import Replay

@Suite("Orders out of rows")
struct CheckoutOrderTests {
    private let first = ReplayBench.order
    private let second = ReplayBench.otherOrder

    @Test("rows that lie together are one order")
    func grouping() throws {
        let bench = try ReplayBench(orders: [
            "\(first),W,A,1,2017", "\(second),W,A,2,2017", "\(second),W,B/1,3,2017",
        ])
        let file = try CSVFile<CheckoutLine>(path: bench.path("orders"))
        var orders = CheckoutOrders()
        var found: [CheckoutOrder] = []
        while let order = try orders.next(file.next) { found.append(order) }
        #expect(found.map(\.text) == [first, second])
        #expect(found.map(\.units) == [1, 5])
        #expect(found[1].lines.map(\.number) == [3, 4])
        #expect(try orders.next(file.next) == nil)
    }

    @Test("a large order is cut into calls of 500")
    func parts() throws {
        let bench = try ReplayBench(orders: (0..<1_001).map { _ in "\(first),W,A,1,2017" })
        let file = try CSVFile<CheckoutLine>(path: bench.path("orders"))
        var orders = CheckoutOrders()
        let order = try #require(try orders.next(file.next))
        #expect(order.parts.map(\.count) == [500, 500, 1])
    }

    @Test("an order whose rows stand apart is a fault with its row")
    func apart() throws {
        let bench = try ReplayBench(orders: [
            "\(first),W,A,1,2017", "\(second),W,A,2,2017", "\(first.uppercased()),W,B/1,3,2017",
        ])
        let options = try bench.options()
        #expect {
            try ReplayFiles.check(options)
        } throws: { error in
            "\(error)"
                == "\(bench.path("orders")): row 4: column order_id: rows of \(first) stand apart from its others"
        }
    }

    @Test(
        "a bad field is named with file, row and column",
        arguments: [
            ("orders", "x,W,A,1,2017", "row 2: column order_id: must be a UUID"),
            (
                "orders", "\(ReplayBench.order),W,A,0,2017",
                "row 2: column quantity: must be a whole number of 1 ... 1000000000"
            ),
            ("orders", "\(ReplayBench.order),W,A", "row 2: 3 fields, the header has 5"),
            ("orders", "\(ReplayBench.order),W,A,1,2\"", "row 2: column at: a quote inside an unquoted field"),
            ("stock", ".,W,1,1,1", "row 2: column sku: must be 1 ... 64 characters of A-Za-z0-9._-/"),
            ("stock", "A,W,1,1,1\nA,W,2,1,1", "row 3: column sku: A in W stands on an earlier row"),
        ]
    )
    func badField(file: String, row: String, message: String) throws {
        let bench = try ReplayBench(orders: [])
        let header = try #require(
            String(contentsOfFile: bench.path(file), encoding: .utf8).split(separator: "\n").first
        )
        try bench.write(file, [String(header), row])
        let options = try bench.options()
        #expect {
            try ReplayFiles.check(options)
        } throws: { error in
            "\(error)" == "\(bench.path(file)): \(message)"
        }
    }

    @Test("a missing column and a missing file are named")
    func missing() async throws {
        let bench = try ReplayBench(orders: [])
        try bench.write("orders", ["order_id,sku,quantity"])
        await #expect(
            throws: ReplayFailure(
                .badFile,
                "\(bench.path("orders")): row 1: column warehouse_code: the header lacks it"
            )
        ) {
            try await bench.run()
        }
        try FileManager.default.removeItem(atPath: bench.path("products"))
        let failure = await #expect(throws: ReplayFailure.self) { try await bench.run() }
        #expect(failure?.exitCode == 64)
        #expect(failure?.message.contains("products.csv: cannot be opened") == true)
        #expect(await bench.shop.calls.isEmpty, "nothing is sent before the files are known to be good")
    }
}
