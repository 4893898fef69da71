import CSV
import FoundationEssentials

/// A row of `orders.csv`.
struct CheckoutLine: CSVRowDecodable, Equatable, Sendable {
    static let requiredColumns = ["order_id", "warehouse_code", "sku", "quantity"]

    var number: Int
    var orderID: UUID
    var warehouseCode: String
    var sku: String
    var quantity: Int

    init(_ record: CSVRecord) throws(CSVError) {
        number = record.number
        guard let id = UUID(uuidString: record.text("order_id") ?? "") else {
            throw record.fault("order_id", "must be a UUID")
        }
        orderID = id
        warehouseCode = try record.code("warehouse_code")
        sku = try record.code("sku")
        quantity = try record.integer("quantity", in: FieldRules.quantities)
    }
}

/// One checkout: the lines of `orders.csv` that lie together under one order id.
struct CheckoutOrder: Equatable, Sendable {
    /// The API's bound on the items of one reservation call.
    static let maximumItemsPerCall = 500
    /// A hundred times the longest basket known; what is above it is a broken file.
    static let maximumLines = 20_000

    var id: UUID
    var lines: [CheckoutLine]

    var units: Int { lines.reduce(0) { $0 + $1.quantity } }

    /// The id as the API writes it.
    var text: String { id.uuidString.lowercased() }

    /// The lines, in as many calls as the API's bound makes necessary.
    var parts: [ArraySlice<CheckoutLine>] {
        stride(from: 0, to: lines.count, by: Self.maximumItemsPerCall).map { start in
            lines[start..<min(start + Self.maximumItemsPerCall, lines.count)]
        }
    }
}

/// Gathers the lines that `nextLine` gives into orders. Holds one order and one line.
struct CheckoutOrders {
    private var first: CheckoutLine?
    private var hasBegun = false

    init() {}

    /// The next order, nil when there are no more lines.
    mutating func next(
        _ nextLine: () throws(CSVError) -> CheckoutLine?
    ) throws(CSVError) -> CheckoutOrder? {
        if !hasBegun {
            first = try nextLine()
            hasBegun = true
        }
        guard let start = first else { return nil }
        first = nil
        var order = CheckoutOrder(id: start.orderID, lines: [start])
        while let line = try nextLine() {
            guard line.orderID == order.id else {
                first = line
                break
            }
            guard order.lines.count < CheckoutOrder.maximumLines else {
                throw CSVError(
                    row: line.number,
                    column: "order_id",
                    message: "the order has more than \(CheckoutOrder.maximumLines) lines"
                )
            }
            order.lines.append(line)
        }
        return order
    }
}
