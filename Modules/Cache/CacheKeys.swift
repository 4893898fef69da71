import Domain

/// The names of keys.
enum CacheKeys {
    static let epoch = "inventory_cache_epoch"
    /// Is there while readers' fills are refused.
    static let quarantine = "inventory_cache_quarantine"

    /// `inventory:{product_id}:{warehouse_id}` (flows.md, *Redis Caching*).
    static func record(_ key: RecordKey) -> String {
        "inventory:\(key.product):\(key.warehouse)"
    }

    static func availability(_ product: ProductID) -> String {
        "availability:\(product)"
    }
}
