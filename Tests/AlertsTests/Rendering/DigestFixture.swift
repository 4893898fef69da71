import Domain
import Testing
import UseCases

/// A digest of the given lines.
func digest(_ lines: [AlertDigest.Line]) -> AlertDigest {
    AlertDigest(
        id: EmailID(high: 1, low: 2), messageID: "<digest.1@inventory.test>", recipients: ["a@example.com"],
        pending: ["a@example.com"], attempts: 0, createdAt: Instant(milliseconds: 1_790_000_000_000), lines: lines)
}

func line(
    _ name: String = "Widget", sku: String = "SKU-1", warehouse: String = "Main", code: String = "WH1",
    available: Int64 = 3, reorderPoint: Int64 = 10, quantity: Int64 = 20, price: Int64 = 1_990,
    resolvedAt: Int64? = nil
) throws -> AlertDigest.Line {
    AlertDigest.Line(
        alertID: AlertID(high: 3, low: 4), sku: try #require(SKU(sku)), productName: name, warehouseName: warehouse,
        warehouseCode: try #require(WarehouseCode(code)), quantityAvailable: available, reorderPoint: reorderPoint,
        suggestedQuantity: quantity, unitPrice: Money(hundredths: price),
        raisedAt: Instant(milliseconds: 1_789_999_000_000), resolvedAt: resolvedAt.map { Instant(milliseconds: $0) })
}
