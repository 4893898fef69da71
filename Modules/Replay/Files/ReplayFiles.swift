import CSV
import FoundationEssentials

/// How much there is to do, found by reading all four files once before anything is sent: a run must not stop half way
/// for a fault that could have been seen at the start, and progress needs its totals.
struct ReplayFiles: Equatable, Sendable {
    var products = 0
    var warehouses = 0
    var stock = 0
    var orders = 0

    private struct RecordKey: Hashable {
        var sku: String
        var warehouseCode: String
    }

    /// - Throws: ``CSVError`` for the first fault of any file.
    static func check(_ options: ReplayOptions) throws(CSVError) -> ReplayFiles {
        var files = ReplayFiles()
        files.products = try count(ProductRow.self, in: options.products)
        files.warehouses = try count(WarehouseRow.self, in: options.warehouses)
        files.stock = try checkStock(options.stock)
        files.orders = min(try checkOrders(options.orders), options.limit ?? .max)
        return files
    }

    private static func count<Row: CSVRowDecodable>(_: Row.Type, in path: String) throws(CSVError) -> Int {
        let file = try CSVFile<Row>(path: path)
        var count = 0
        while try file.next() != nil { count += 1 }
        return count
    }

    /// A record that stands there twice has no one opening quantity.
    private static func checkStock(_ path: String) throws(CSVError) -> Int {
        let file = try CSVFile<StockRow>(path: path)
        var seen: Set<RecordKey> = []
        while let row = try file.next() {
            guard seen.insert(RecordKey(sku: row.sku, warehouseCode: row.warehouseCode)).inserted else {
                throw CSVError(
                    file: path,
                    row: row.number,
                    column: "sku",
                    message: "\(row.sku) in \(row.warehouseCode) stands on an earlier row"
                )
            }
        }
        return seen.count
    }

    /// An order whose rows do not lie together would be two orders under one id, and be sold as such.
    private static func checkOrders(_ path: String) throws(CSVError) -> Int {
        let file = try CSVFile<CheckoutLine>(path: path)
        var orders = CheckoutOrders()
        var seen: Set<UUID> = []
        do throws(CSVError) {
            while let order = try orders.next(file.next) {
                guard seen.insert(order.id).inserted else {
                    throw CSVError(
                        row: order.lines[0].number,
                        column: "order_id",
                        message: "rows of \(order.text) stand apart from its others"
                    )
                }
            }
        } catch {
            var named = error
            named.file = path
            throw named
        }
        return seen.count
    }
}
