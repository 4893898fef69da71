public import Domain

/// The ways in which a request may name an inventory record.
public enum RecordName: Hashable, Sendable {
    case inventory(InventoryID)
    case identifiers(ProductID, WarehouseID)
    case codes(SKU, WarehouseCode)
}

/// Finds what names mean. What it finds never changes and may be remembered; what it does not find may exist later.
public protocol RecordDirectory: Sendable {
    /// One answer a name, in the order asked. Known products and warehouses without a common record are found too,
    /// except by an inventory id.
    /// - Throws: `.unavailable` or `.internalFault`.
    func resolve(_ names: [RecordName]) async throws(ServiceFailure) -> [RecordResolution]

    /// The same from memory alone, for those that cannot wait; nil unless every name is known.
    func known(_ names: [RecordName]) -> [RecordReference]?

    /// Where a record is, for reads that begin with its id; nil when there is none.
    func reference(of id: InventoryID) async throws(ServiceFailure) -> RecordReference?

    /// The products that these SKUs name; unknown ones are missing.
    func products(_ skus: [SKU]) async throws(ServiceFailure) -> [SKU: ProductID]

    /// The same from memory alone, in the order asked; nil unless every SKU is known.
    func knownProducts(_ skus: [SKU]) -> [ProductID]?
}

extension RecordDirectory {
    public func known(_: [RecordName]) -> [RecordReference]? { nil }
    public func knownProducts(_: [SKU]) -> [ProductID]? { nil }
}

public enum RecordResolution: Hashable, Sendable {
    case found(RecordReference)
    /// What is not there, in words for the caller.
    case unknown(String)
}
