import Domain
import HTTPCore
import JSON
import UseCases

/// The result of a movement; its schemas are in `SchemaComponent+Stock`.
extension JSONWriter {
    /// - Parameter request: the request, because only the response to an adjustment includes the change.
    mutating func movement(_ outcome: MovementOutcome, of request: MovementRequest) {
        switch outcome {
        case .changed(let change):
            if case .adjust = request { self.change(change, isAdjustment: true) } else { self.change(change) }
        case .transferred(let transfer): self.transfer(transfer)
        }
    }

    private mutating func change(_ change: ChangeOutcome, isAdjustment: Bool = false) {
        object { writer in
            writer.member("status", "success")
            writer.member("sku", change.record.sku.description)
            writer.member("warehouse", change.record.warehouseCode.description)
            writer.member("old_quantity", change.oldQuantity)
            writer.member("new_quantity", change.newQuantity)
            if isAdjustment {
                writer.member("quantity_change", change.newQuantity - change.oldQuantity)
            }
            writer.member("inventory_id", change.inventoryID)
            writer.member("version", change.version)
            writer.member("transaction_id", change.transactionID)
        }
    }

    private mutating func transfer(_ outcome: TransferOutcome) {
        object { writer in
            writer.member("status", "success")
            writer.member("sku", outcome.transfer.source.sku.description)
            writer.member("from", outcome.transfer.source.warehouseCode.description)
            writer.member("to", outcome.transfer.destination.warehouseCode.description)
            writer.member("quantity", outcome.transfer.quantity)
            writer.member("transaction_ids", [outcome.transactionOut, outcome.transactionIn]) {
                $0.string($1.description)
            }
        }
    }
}
