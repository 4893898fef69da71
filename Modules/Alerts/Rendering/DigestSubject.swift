import UseCases

/// The subject line of a digest.
enum DigestSubject {
    /// The maximum length of a product's name, in characters.
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
