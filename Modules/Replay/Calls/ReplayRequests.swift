import FoundationEssentials

// The calls of the API that a replay makes, as spec/api.md writes them.

private struct ProductBody: Encodable {
    var sku: String
    var name: String
    var basePrice: String
    var description: String?
}

private struct WarehouseBody: Encodable {
    var code: String
    var name: String
    var priority: Int?
}

private struct PolicyBody: Encodable {
    var reorderPoint: Int
    var reorderQuantity: Int
}

private struct BatchBody: Encodable {
    struct Operation: Encodable {
        var type = "receive"
        var sku: String
        var warehouseCode: String
        var quantity: Int
        var reason = "opening stock"
        var expectedVersion: Int
    }
    var operations: [Operation]
}

private struct ReservationBody: Encodable {
    struct Item: Encodable {
        var sku: String
        var warehouseCode: String
        var quantity: Int
    }
    var orderId: String
    var items: [Item]
}

extension ReplayRequest {
    static func product(_ row: ProductRow) throws -> ReplayRequest {
        try post(
            "/api/v1/products",
            ProductBody(sku: row.sku, name: row.name, basePrice: row.basePrice, description: row.description)
        )
    }

    static func warehouse(_ row: WarehouseRow) throws -> ReplayRequest {
        try post("/api/v1/warehouses", WarehouseBody(code: row.code, name: row.name, priority: row.priority))
    }

    static func policy(_ row: StockRow) throws -> ReplayRequest {
        ReplayRequest(
            method: .put,
            path: "/api/v1/inventory/\(escaped(row.sku))/\(escaped(row.warehouseCode))",
            body: try encoded(PolicyBody(reorderPoint: row.reorderPoint, reorderQuantity: row.reorderQuantity))
        )
    }

    /// Receives opening quantities, all or none, and only into records that are still at the version given with each.
    static func openingStock(_ rows: [(row: StockRow, version: Int)]) throws -> ReplayRequest {
        let operations = rows.map { entry in
            BatchBody.Operation(
                sku: entry.row.sku,
                warehouseCode: entry.row.warehouseCode,
                quantity: entry.row.quantityOnHand,
                expectedVersion: entry.version
            )
        }
        return try post("/api/v1/inventory/batch", BatchBody(operations: operations))
    }

    static func reserve(
        _ order: CheckoutOrder,
        _ lines: ArraySlice<CheckoutLine>,
        idempotencyKey: String
    ) throws -> ReplayRequest {
        let items = lines.map { line in
            ReservationBody.Item(sku: line.sku, warehouseCode: line.warehouseCode, quantity: line.quantity)
        }
        var request = try post("/api/v1/reservations", ReservationBody(orderId: order.text, items: items))
        request.idempotencyKey = idempotencyKey
        return request
    }

    static func reservations(of order: CheckoutOrder) -> ReplayRequest {
        ReplayRequest(method: .get, path: "/api/v1/reservations/\(order.text)")
    }

    static func confirm(_ order: CheckoutOrder) -> ReplayRequest {
        ReplayRequest(method: .post, path: "/api/v1/reservations/\(order.text)/confirm")
    }

    static func release(_ order: CheckoutOrder) -> ReplayRequest {
        ReplayRequest(method: .post, path: "/api/v1/reservations/\(order.text)/release")
    }

    /// A path segment: all but RFC 3986's unreserved characters as `%XX`, the slash above all.
    static func escaped(_ segment: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var text = ""
        for byte in segment.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text.append("%")
                text.append(digits[Int(byte >> 4)])
                text.append(digits[Int(byte & 15)])
            }
        }
        return text
    }

    private static func post(_ path: String, _ body: some Encodable) throws -> ReplayRequest {
        ReplayRequest(method: .post, path: path, body: try encoded(body))
    }

    private static func encoded(_ body: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // In a fixed order a request is the same bytes every time, which idempotency keys ask for.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(body))
    }
}
