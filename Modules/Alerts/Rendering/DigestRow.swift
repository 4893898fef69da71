import Domain
internal import Mustache
import UseCases

/// One line of a digest as the templates see it. It is a `MustacheParent` because the engine would otherwise use
/// reflection for every variable.
struct DigestRow: MustacheParent {
    let line: AlertDigest.Line
    /// 1 for the first.
    let number: Int
    let currency: String
    /// Whether the row goes into plain text, where names carry their own bidirectional isolates.
    let isPlain: Bool

    func child(named name: String) -> Any? {
        switch name {
        case "number": number
        case "sku": line.sku.description
        case "name": isPlain ? DisplayText.isolated(line.productName) : bare(line.productName)
        case "warehouse": isPlain ? DisplayText.isolated(line.warehouseName) : bare(line.warehouseName)
        case "code": line.warehouseCode.description
        case "available": line.quantityAvailable
        case "reorderPoint": line.reorderPoint
        case "quantity": line.suggestedQuantity
        case "price": line.unitPrice.description
        case "value": Amount(line.suggestedQuantity, times: line.unitPrice).description
        case "currency": currency
        case "recovered": line.resolvedAt.map { MailDate.shortText($0) }
        case "raised": MailDate.shortText(line.raisedAt)
        default: nil
        }
    }

    /// For a `<bdi>` element, which isolates by itself.
    private func bare(_ name: String) -> String { DisplayText.balanced(DisplayText.clean(name)) }
}
