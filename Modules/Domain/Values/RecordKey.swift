/// What names an inventory record before and after it exists: one product in one warehouse.
///
/// The queue, the leases and the cache go by this pair, because a record that is about to be created has no id yet.
public struct RecordKey: Hashable, Sendable, Comparable {
    public let product: ProductID
    public let warehouse: WarehouseID

    public init(product: ProductID, warehouse: WarehouseID) {
        self.product = product
        self.warehouse = warehouse
    }

    /// One word in place of four: a decision hashes keys many times. Both ids are made by the server (version 7, 48 random
    /// bits each), so nobody can choose keys that meet, and the hasher mixes the word with the process's own secret.
    public func hash(into hasher: inout Hasher) {
        // Multiplied, or the same two ids would meet in every product that is their exchange.
        hasher.combine(product.high ^ product.low ^ (warehouse.high ^ warehouse.low) &* 0x9E37_79B9_7F4A_7C15)
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.product == right.product ? left.warehouse < right.warehouse : left.product < right.product
    }
}

/// A record as a command speaks of it: its key, and the names that its answers and errors show.
///
/// Everything here is immutable once created (a SKU or a code never changes), so a reference may be remembered.
public struct RecordReference: Hashable, Sendable {
    public let key: RecordKey
    public let sku: SKU
    public let warehouseCode: WarehouseCode

    public init(key: RecordKey, sku: SKU, warehouseCode: WarehouseCode) {
        self.key = key
        self.sku = sku
        self.warehouseCode = warehouseCode
    }
}
