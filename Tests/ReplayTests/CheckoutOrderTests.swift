import CSV
import Foundation
import Testing

@testable import Replay

@Suite("Grouping rows into orders")
struct CheckoutOrderTests {
    private let first = ReplayFixture.order
    private let second = ReplayFixture.otherOrder

    @Test("consecutive rows with one id are one order")
    func grouping() throws {
        let fixture = try ReplayFixture(orders: [
            "\(first),W,A,1,2017", "\(second),W,A,2,2017", "\(second),W,B/1,3,2017",
        ])
        let file = try CSVFile<CheckoutLine>(path: fixture.path("orders"))
        var orders = CheckoutOrders()
        var found: [CheckoutOrder] = []
        while let order = try orders.next(file.next) { found.append(order) }
        #expect(found.map(\.text) == [first, second])
        #expect(found.map(\.units) == [1, 5])
        #expect(found[1].lines.map(\.number) == [3, 4])
        #expect(try orders.next(file.next) == nil)
    }

    @Test("a large order is split into calls of 500 lines")
    func parts() throws {
        let fixture = try ReplayFixture(orders: (0..<1_001).map { _ in "\(first),W,A,1,2017" })
        let file = try CSVFile<CheckoutLine>(path: fixture.path("orders"))
        var orders = CheckoutOrders()
        let order = try #require(try orders.next(file.next))
        #expect(order.parts.map(\.count) == [500, 500, 1])
    }

    @Test("an order whose rows are not consecutive is an error that names the row")
    func apart() throws {
        let fixture = try ReplayFixture(orders: [
            "\(first),W,A,1,2017", "\(second),W,A,2,2017", "\(first.uppercased()),W,B/1,3,2017",
        ])
        let options = try fixture.options()
        #expect {
            try ReplayFiles.check(options)
        } throws: { error in
            "\(error)"
                == "\(fixture.path("orders")): row 4: column order_id: the rows of \(first) are not consecutive"
        }
    }

    @Test(
        "a bad field is named with file, row and column",
        arguments: [
            ("orders", "x,W,A,1,2017", "row 2: column order_id: must be a UUID"),
            (
                "orders", "\(ReplayFixture.order),W,A,0,2017",
                "row 2: column quantity: must be a whole number of 1 ... 1000000000"
            ),
            ("orders", "\(ReplayFixture.order),W,A", "row 2: 3 fields, the header has 5"),
            ("orders", "\(ReplayFixture.order),W,A,1,2\"", "row 2: column at: a quote inside an unquoted field"),
            ("stock", ".,W,1,1,1", "row 2: column sku: must be 1 ... 64 characters of A-Za-z0-9._-/"),
            ("stock", "A,W,1,1,1\nA,W,2,1,1", "row 3: column sku: A in W is also on an earlier row"),
        ]
    )
    func badField(file: String, row: String, message: String) throws {
        let fixture = try ReplayFixture(orders: [])
        let header = try #require(
            String(contentsOfFile: fixture.path(file), encoding: .utf8).split(separator: "\n").first
        )
        try fixture.write(file, [String(header), row])
        let options = try fixture.options()
        #expect {
            try ReplayFiles.check(options)
        } throws: { error in
            "\(error)" == "\(fixture.path(file)): \(message)"
        }
    }

    @Test("a missing column and a missing file are named")
    func missing() async throws {
        let fixture = try ReplayFixture(orders: [])
        try fixture.write("orders", ["order_id,sku,quantity"])
        await #expect(
            throws: ReplayFailure(
                .badFile,
                "\(fixture.path("orders")): row 1: column warehouse_code: the header lacks it"
            )
        ) {
            try await fixture.run()
        }
        try FileManager.default.removeItem(atPath: fixture.path("products"))
        let failure = await #expect(throws: ReplayFailure.self) { try await fixture.run() }
        #expect(failure?.exitCode == 64)
        #expect(failure?.message.contains("products.csv: cannot be opened") == true)
        #expect(await fixture.server.calls.isEmpty, "nothing is sent before the files are known to be good")
    }
}
