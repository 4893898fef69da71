import Foundation
import Synchronization
import Testing

@testable import Replay

/// Four small files, a stub server, and runs over them. Waits are recorded instead of slept.
final class ReplayFixture: Sendable {
    static let order = "28b4b0fd-0abc-507f-9281-73c9b0e678f8"
    static let otherOrder = "73d7a457-87a1-5fd6-ab6b-6d3596d34953"

    let server = StubStockServer()
    private let directory: URL
    private let recordedWaits = Mutex<[Duration]>([])

    var waits: [Duration] { recordedWaits.withLock(\.self) }

    /// Two products in one warehouse: 10 of `A`, 5 of `B/1`.
    init(orders: [String], stock: [String] = ["A,W,10,2,5", "B/1,W,5,1,5"]) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "replay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try write("products", ["sku,name,base_price,description", "A,Apple,1.00,", "B/1,\"Bread, dark\",2.50,rye"])
        try write("warehouses", ["code,name", "W,West"])
        try write("stock", ["sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity"] + stock)
        try write("orders", ["order_id,warehouse_code,sku,quantity,at"] + orders)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func path(_ name: String) -> String { directory.appending(path: "\(name).csv").path }

    func write(_ name: String, _ lines: [String]) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path(name)))
    }

    func options(confirmRatio: Double = 1, limit: Int? = nil, concurrency: Int = 4) throws -> ReplayOptions {
        try ReplayOptions(
            products: path("products"),
            warehouses: path("warehouses"),
            stock: path("stock"),
            orders: path("orders"),
            urls: ["http://stub"],
            concurrency: concurrency,
            confirmRatio: confirmRatio,
            limit: limit
        )
    }

    func run(confirmRatio: Double = 1, limit: Int? = nil, concurrency: Int = 4) async throws -> ReplayReport {
        let options = try options(confirmRatio: confirmRatio, limit: limit, concurrency: concurrency)
        let run = ReplayRun(options, progress: .silent, transport: server) { [self] duration in
            recordedWaits.withLock { $0.append(duration) }
            await Task.yield()
        }
        return try await run.run()
    }
}
