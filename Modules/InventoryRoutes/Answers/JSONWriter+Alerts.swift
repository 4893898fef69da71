import Domain
import HTTPCore
import JSON
import UseCases

/// Alerts and purchase order suggestions; their schemas are in `SchemaComponent+Alerts`.
extension JSONWriter {
    mutating func alert(_ alert: AlertView) {
        object { writer in
            writer.member("id", alert.id)
            writer.member("inventory_id", alert.inventoryID)
            writer.member("sku", alert.sku.description)
            writer.member("name", alert.productName)
            writer.member("warehouse_code", alert.warehouseCode.description)
            writer.member("quantity_available", alert.quantityAvailable)
            writer.member("reorder_point", alert.reorderPoint)
            writer.member("status", alert.status.rawValue)
            writer.member("created_at", alert.createdAt)
            writer.member("acknowledged_at", alert.acknowledgedAt)
            writer.member("acknowledged_by", alert.acknowledgedBy)
            writer.member("resolved_at", alert.resolvedAt)
            writer.member("suggestion_id", alert.suggestionID)
            writer.name("delivery")
            writer.delivery(alert.delivery)
        }
    }

    private mutating func delivery(_ delivery: AlertView.Delivery) {
        object { writer in
            writer.member("state", delivery.state.rawValue)
            writer.member("attempts", Int64(delivery.attempts))
            writer.member("sent_at", delivery.sentAt)
            writer.member("message_id", delivery.messageID)
            writer.member("last_error", delivery.lastError)
        }
    }

    mutating func suggestion(_ suggestion: SuggestionView) {
        object { writer in
            writer.member("id", suggestion.id)
            writer.member("alert_id", suggestion.alertID)
            writer.member("inventory_id", suggestion.inventoryID)
            writer.member("sku", suggestion.sku.description)
            writer.member("name", suggestion.productName)
            writer.member("warehouse_code", suggestion.warehouseCode.description)
            writer.member("quantity", suggestion.quantity)
            writer.member("unit_price", suggestion.unitPrice.description)
            writer.member("quantity_available", suggestion.quantityAvailable)
            writer.member("reorder_point", suggestion.reorderPoint)
            writer.member("status", suggestion.status.rawValue)
            writer.member("created_at", suggestion.createdAt)
            writer.member("decided_at", suggestion.decidedAt)
            writer.member("decided_by", suggestion.decidedBy)
        }
    }
}
