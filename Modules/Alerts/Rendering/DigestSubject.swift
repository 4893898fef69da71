import UseCases

/// What the line of a digest in an inbox says.
enum DigestSubject {
    /// Characters of a product's name that are kept.
    static let longestName = 60

    static func text(_ lines: [AlertDigest.Line]) -> String {
        guard let first = lines.first else { return "Low stock" }
        if lines.count == 1 {
            let name = DisplayText.isolated(DisplayText.cut(DisplayText.clean(first.productName), at: longestName))
            return "Low stock: \(first.sku) \(name) at \(first.warehouseCode): \(first.quantityAvailable) left"
        }
        let warehouses = Set(lines.map(\.warehouseCode))
        let place = warehouses.count == 1 ? "at \(first.warehouseCode)" : "in \(warehouses.count) warehouses"
        return "Low stock: \(lines.count) items \(place)"
    }
}
