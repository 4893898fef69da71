import Foundation
import TestSupport

/// The four files of a journey, with its orders in two parts: those of the past and those of today.
struct JourneyFiles {
    /// The file paths of a part as options of `inventoryctl replay`.
    let past: [String]
    let today: [String]
    /// The number of orders in both parts.
    let orders: Int

    /// - Parameters:
    ///   - source: a folder with products.csv, warehouses.csv, stock.csv and orders.csv.
    ///   - folder: where to write the parts.
    init(_ source: String, in folder: TemporaryFolder) throws {
        func read(_ name: String) throws -> [Substring] {
            let text = try String(contentsOfFile: "\(source)/\(name).csv", encoding: .utf8)
            return text.split(separator: "\n", omittingEmptySubsequences: false)
        }
        func write(_ name: String, _ lines: some Sequence<Substring>) throws -> String {
            let path = "\(folder.path)/\(name).csv"
            try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
        // No field of this file contains a line break, and the order's id is the first field.
        let lines = try read("orders").filter { !$0.isEmpty }
        let header = lines[0]
        let ids = lines.dropFirst().map { $0.prefix { $0 != "," } }
        let starts = ids.indices.filter { $0 == 0 || ids[$0] != ids[$0 - 1] }
        guard starts.count > 1 else { throw Failure("\(source)/orders.csv has no two orders") }
        orders = starts.count
        let middle = starts[starts.count / 2] + 1
        past = [
            "--products", "\(source)/products.csv", "--warehouses", "\(source)/warehouses.csv",
            "--stock", "\(source)/stock.csv", "--orders", try write("past-orders", lines[..<middle]),
        ]
        // One known record is enough for the replay to find that the stock is loaded.
        today = [
            "--products", try write("no-products", try read("products").prefix(1)),
            "--warehouses", try write("no-warehouses", try read("warehouses").prefix(1)),
            "--stock", try write("known-stock", try read("stock").prefix(2)),
            "--orders", try write("orders-of-today", [header] + lines[middle...]),
        ]
    }

    /// A generated journey: 120 products, some without stock, 4 warehouses, and 400 orders that soon exhaust the stock.
    /// - Returns: its folder.
    static func make(in folder: TemporaryFolder, _ random: inout SeededRandom) throws -> String {
        var made = JourneyMaker(random: random)
        let source = "\(folder.path)/journey"
        try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
        for (name, text) in made.files() {
            try text.write(toFile: "\(source)/\(name).csv", atomically: true, encoding: .utf8)
        }
        random = made.random
        return source
    }
}

/// Generates the contents of the files.
private struct JourneyMaker {
    private static let warehouses = ["MAIN", "CITY-1", "CITY/2", "out.let_3"]
    private static let words = [
        "Tea", "Cup \"fine\"", "Salt & pepper", "<b>Bold</b> oats", "Crème, fraîche", "茶 1,000",
    ]

    var random: SeededRandom

    mutating func files() -> [(String, String)] {
        var products = "sku,name,base_price,description\n"
        var stock = "sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity\n"
        var records: [(sku: String, code: String)] = []
        for number in 0..<120 {
            let sku = "\(random.pick(["A-", "b.", "C/", "d_"]))\(number)"
            let name = quoted("\(random.pick(Self.words)) \(number)")
            products += "\(sku),\(name),\(Int.random(in: 0...2_000, using: &random)).\(cents()),\n"
            // Every tenth product has no stock.
            for code in Self.warehouses where number % 10 != 0 && Int.random(in: 0..<3, using: &random) > 0 {
                let units = random.pick([0, 1, 5, 20, 80, 300, 1_000_000])
                let point = random.pick([0, 1, 5, 30])
                stock += "\(sku),\(code),\(units),\(point),\(random.pick([1, 12, 40]))\n"
                records.append((sku, code))
            }
        }
        return [
            ("products", products), ("stock", stock), ("orders", orders(records)),
            ("warehouses", "code,name\n" + Self.warehouses.map { "\($0),Warehouse \($0)\n" }.joined()),
        ]
    }

    private mutating func orders(_ records: [(sku: String, code: String)]) -> String {
        var orders = "order_id,warehouse_code,sku,quantity,at\n"
        for number in 0..<400 {
            let id = UUID(
                uuid: withUnsafeBytes(of: (random.next(), random.next())) { $0.loadUnaligned(as: uuid_t.self) })
            let at = "2017-01-0\(1 + number / 60)T1\(number % 10):00:00Z"
            for record in records.shuffled(using: &random).prefix(Int.random(in: 1...8, using: &random)) {
                orders += "\(id.uuidString.lowercased()),\(record.code),\(record.sku),"
                orders += "\(Int.random(in: 1...4, using: &random)),\(at)\n"
            }
        }
        return orders
    }

    private mutating func cents() -> String {
        let cents = Int.random(in: 0...99, using: &random)
        return cents < 10 ? "0\(cents)" : "\(cents)"
    }

    private func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
}
