public import Domain

/// The ways in which a request may name an inventory record.
public enum RecordName: Hashable, Sendable {
    case inventory(InventoryID)
    case identifiers(ProductID, WarehouseID)
    case codes(SKU, WarehouseCode)
}

/// Resolves names. A result never changes and may be cached; a name that is unknown now may exist later.
public protocol RecordDirectory: Sendable {
    /// One result per name, in the same order. A known product and a known warehouse resolve even without a record,
    /// but an inventory id needs one.
    /// - Throws: `.unavailable` or `.internalFault`.
    func resolve(_ names: [RecordName]) async throws(ServiceFailure) -> [RecordResolution]

    /// The same from the in-memory cache only, without waiting; nil unless every name is cached.
    func known(_ names: [RecordName]) -> [RecordReference]?

    /// The reference of a record by its id; nil if the record does not exist.
    func reference(of id: InventoryID) async throws(ServiceFailure) -> RecordReference?

    /// The product ids of these SKUs; unknown SKUs are missing.
    func products(_ skus: [SKU]) async throws(ServiceFailure) -> [SKU: ProductID]

    /// The same from the in-memory cache only, in the same order; nil unless every SKU is cached.
    func knownProducts(_ skus: [SKU]) -> [ProductID]?
}

extension RecordDirectory {
    public func known(_: [RecordName]) -> [RecordReference]? { nil }
    public func knownProducts(_: [SKU]) -> [ProductID]? { nil }
}

public enum RecordResolution: Hashable, Sendable {
    case found(RecordReference)
    /// A message for the caller that says what does not exist.
    case unknown(String)
}
