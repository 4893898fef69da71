import Domain
import HTTPCore
import JSON
import UseCases

/// Stock; its schemas are in `SchemaComponent+Stock`.
extension JSONWriter {
    mutating func record(_ record: InventoryRecord) {
        object { writer in
            writer.member("id", record.id)
            writer.member("product_id", record.reference.key.product)
            writer.member("warehouse_id", record.reference.key.warehouse)
            writer.member("sku", record.reference.sku.description)
            writer.member("warehouse_code", record.reference.warehouseCode.description)
            writer.member("quantity_on_hand", record.quantityOnHand)
            writer.member("quantity_reserved", record.quantityReserved)
            writer.member("quantity_available", record.quantityAvailable)
            writer.member("reorder_point", record.reorderPoint)
            writer.member("reorder_quantity", record.reorderQuantity)
            writer.member("safety_stock", record.safetyStock)
            writer.member("low_stock", record.isLowStock)
            writer.member("version", record.version)
            writer.member("updated_at", record.updatedAt)
        }
    }

    mutating func lowStockLine(_ line: LowStockLine) {
        object { writer in
            writer.member("inventory_id", line.inventoryID)
            writer.member("sku", line.sku.description)
            writer.member("name", line.productName)
            writer.member("warehouse", line.warehouseName)
            writer.member("warehouse_code", line.warehouseCode.description)
            writer.member("quantity_available", line.quantityAvailable)
            writer.member("reorder_point", line.reorderPoint)
            writer.member("reorder_quantity", line.reorderQuantity)
        }
    }

    mutating func ledgerEntry(_ entry: LedgerEntry) {
        object { writer in
            writer.member("id", entry.id)
            writer.member("inventory_id", entry.inventoryID)
            writer.member("type", entry.kind.rawValue)
            writer.member("quantity_change", entry.quantityChange)
            writer.member("quantity_before", entry.quantityBefore)
            writer.member("quantity_after", entry.quantityAfter)
            writer.member("reserved_change", entry.reservedChange)
            writer.member("reserved_before", entry.reservedBefore)
            writer.member("reserved_after", entry.reservedAfter)
            writer.member("version", entry.version)
            writer.member("order_id", entry.orderID)
            writer.member("reason", entry.reason)
            writer.member("reference", entry.reference)
            writer.member("actor", entry.actor)
            writer.member("created_at", entry.createdAt)
        }
    }

    mutating func state(_ state: StockState) {
        object { writer in
            writer.member("quantity_on_hand", state.quantityOnHand)
            writer.member("quantity_reserved", state.quantityReserved)
            writer.member("quantity_available", state.quantityAvailable)
            writer.member("version", state.version)
        }
    }

    /// - Parameter availability: nil for an unknown SKU, which has 0 units and no warehouses.
    mutating func availability(_ sku: SKU, _ availability: (any AvailabilityLines)?) {
        object { writer in
            writer.member("sku", sku.description)
            writer.member("quantity_available", availability?.quantityAvailable ?? 0)
            writer.name("warehouses")
            writer.array { writer in
                availability?.forEachLine { code, quantity in
                    writer.pair(("warehouse_code", "quantity_available"), code, quantity)
                }
            }
        }
    }

    mutating func reservation(_ reservation: Reservation) {
        object { writer in
            writer.member("id", reservation.id)
            writer.member("inventory_id", reservation.inventoryID)
            writer.member("sku", reservation.reference.sku.description)
            writer.member("warehouse_code", reservation.reference.warehouseCode.description)
            writer.member("quantity", reservation.quantity)
            writer.member("status", reservation.status.word)
            writer.member("expires_at", reservation.expiresAt)
            writer.member("created_at", reservation.createdAt)
            writer.member("resolved_at", reservation.resolvedAt)
            writer.member("release_reason", reservation.status.releaseReason?.rawValue)
        }
    }
}

extension Reservation.Status {
    fileprivate var word: String {
        switch self {
        case .pending: "pending"
        case .confirmed: "confirmed"
        case .released: "released"
        }
    }

    fileprivate var releaseReason: Reservation.ReleaseReason? {
        if case .released(_, let reason) = self { reason } else { nil }
    }
}
