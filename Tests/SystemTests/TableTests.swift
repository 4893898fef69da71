import Foundation
import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// Imports and exports of whole tables, over two servers and with inventoryctl.
    @Suite struct TableTests {
        private static func post(
            _ client: StockClient, _ path: String, _ text: String, key: String? = nil
        ) async throws -> Answer {
            var headers: HTTPHeaders = ["Content-Type": "text/csv"]
            if let key { headers.add(name: "Idempotency-Key", value: key) }
            return try await client.send(.POST, "/api/v1/import/\(path)", bytes: Array(text.utf8), headers: headers)
        }

        /// A few rows are published one by one; many rows invalidate the whole cache of both servers.
        @Test(.timeLimit(.minutes(3)), arguments: [40, 21_000])
        func `The other server shows an import at once, even for records that it had cached`(rows: Int) async throws {
            try await Stage.with { stage in
                let clients = await stage.clients
                let skus = (0..<rows).map { "S\($0)" }
                try await stage.require(Self.post(clients[0], "warehouses", "code,name\nW,One\n"))
                let products = skus.map { "\($0),Product,1.00\n" }.joined()
                let made = try await Self.post(clients[1], "products", "sku,name,base_price\n" + products)
                #expect(made.json["created"] == .integer(rows), "\(made)")
                func stock(_ units: Int) -> String {
                    "sku,warehouse_code,quantity_on_hand\n" + skus.map { "\($0),W,\(units)\n" }.joined()
                }
                for (round, units) in [7, 9].enumerated() {
                    let answer = try await Self.post(clients[round], "stock", stock(units))
                    #expect(answer.status == 200, "\(answer)")
                    for client in clients {
                        for sku in ["S0", "S\(rows - 1)", "S\(rows / 2)"] {
                            let found = try await client.availability(sku)
                            #expect(found == units, "\(sku) \(found ?? -1)")
                        }
                    }
                }
                let export = try await clients[0].get("/export/inventory")
                let lines = String(decoding: export.bytes, as: UTF8.self).split(separator: "\r\n")
                #expect(lines.count == rows + 1 && lines.dropFirst().allSatisfy { $0.contains(",W,9,0,1,") })
                // Importing an export changes nothing.
                let again = try await Self.post(clients[0], "stock", String(decoding: export.bytes, as: UTF8.self))
                #expect(again.json["updated"] == 0 && again.json["unchanged"] == .integer(rows), "\(again)")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `Concurrent imports with one key on two servers are one import and one answer`() async throws {
            try await Stage.with { stage in
                let clients = await stage.clients
                try await stage.stock(["A"], quantity: 5)
                let table = "sku,warehouse_code,quantity_on_hand\nA,WH1,50\n"
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for index in 0..<10 {
                        group.addTask { try await Self.post(clients[index % 2], "stock", table, key: "k") }
                    }
                    return try await group.reduce(into: [Answer]()) { $0.append($1) }
                }
                #expect(Set(answers.map(\.bytes)).count == 1 && answers.allSatisfy { $0.status == 200 }, "\(answers)")
                #expect(answers.filter { $0.header("Idempotent-Replayed") == nil }.count == 1)
                let rows = try await stage.count("SELECT count(*) FROM inventory_transactions WHERE reason = 'import'")
                #expect(rows == 1)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `A file with fifty faults lists all fifty and changes nothing, over HTTP and with inventoryctl`()
            async throws
        {
            try await Stage.with(servers: 1) { stage in
                let client = try #require(await stage.clients.first)
                try await stage.stock(["A"], quantity: 5)
                let faulty = (0..<50).map { ["bad sku,WH1,1", "A,NONE,1", "GONE,WH1,1", "A,WH1,-1", "A"][$0 % 5] }
                let table = "sku,warehouse_code,quantity_on_hand\nA,WH1,99\n" + faulty.joined(separator: "\n") + "\n"
                let answer = try await Self.post(client, "stock", table)
                let rows = answer.json["errors"].array.compactMap { $0["row"].int }
                #expect(answer.status == 422 && Set(rows) == Set(3...52), "\(answer)")
                let path = "\(stage.folder.path)/faulty.csv"
                try table.write(toFile: path, atomically: true, encoding: .utf8)
                let tool = try await Products.inventoryctl(
                    ["import", "stock", path], database: stage.database, in: stage.folder)
                #expect(tool.end == .exit(1))
                let told = tool.errorOutput.split(separator: "\n").filter { $0.hasPrefix("row ") }
                #expect(told.count >= 50, "\(tool.errorOutput)")
                #expect(try await client.record("A", "WH1")["quantity_on_hand"] == 5)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `inventoryctl imports its own export, whose file appears only when it is complete`() async throws {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock(["A", "B"], quantity: 5)
                let path = "\(stage.folder.path)/products.csv"
                let export = try await Products.inventoryctl(
                    ["export", "products", "--output", path], database: stage.database, in: stage.folder)
                #expect(export.end == .exit(0), "\(export.errorOutput)")
                let dry = try await Products.inventoryctl(
                    ["import", "products", path, "--dry-run", "--json"], database: stage.database, in: stage.folder)
                #expect(
                    dry.output.contains(#"{"rows":2,"created":0,"updated":0,"unchanged":2,"dry_run":true}"#),
                    "\(dry.output) \(dry.errorOutput)")
                let ledger = try await Products.inventoryctl(
                    ["export", "transactions"], database: stage.database, in: stage.folder)
                #expect(ledger.output.split(separator: "\r\n").count == 3, "\(ledger.output)")
            }
        }
    }
}
