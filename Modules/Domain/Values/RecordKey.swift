/// Identifies an inventory record even before it exists: one product in one warehouse.
///
/// The queue, the leases and the cache use this pair, because a record that is about to be created has no id yet.
public struct RecordKey: Hashable, Sendable, Comparable {
    public let product: ProductID
    public let warehouse: WarehouseID

    public init(product: ProductID, warehouse: WarehouseID) {
        self.product = product
        self.warehouse = warehouse
    }

    /// Hashes one word instead of four, because a decision hashes keys many times. The server makes both ids (version
    /// 7, 48 random bits each), so callers cannot construct collisions, and the hasher mixes in a secret of the
    /// process.
    public func hash(into hasher: inout Hasher) {
        // The factor makes the hash asymmetric: without it, swapping the two ids would give the same word.
        hasher.combine(product.high ^ product.low ^ (warehouse.high ^ warehouse.low) &* 0x9E37_79B9_7F4A_7C15)
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.product == right.product ? left.warehouse < right.warehouse : left.product < right.product
    }
}

/// A record as a command names it: its key, and the codes that responses and errors show.
///
/// All of it is immutable (a SKU or a code never changes), so a reference may be cached.
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
