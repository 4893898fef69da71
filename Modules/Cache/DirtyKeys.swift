import Domain

/// The committed keys whose states may not have arrived in the cache, with their newest versions.
///
/// This process does not serve dirty keys. When there are too many to remember, everything is dirty until the whole cache
/// has been invalidated.
struct DirtyKeys {
    /// Settling this many takes about a tenth of a second, during which a new connection serves no reads. With more, the
    /// whole cache is invalidated, which is one write.
    static let maximumKeys = 20_000

    let maximumKeys: Int
    private var versions: [RecordKey: Int64] = [:]
    /// How many of a product's keys are dirty.
    private var products: [ProductID: Int] = [:]
    private var overflows = 0
    private var invalidated = 0

    init(maximumKeys: Int = Self.maximumKeys) {
        self.maximumKeys = maximumKeys
    }

    var count: Int { versions.count }

    var isClean: Bool { versions.isEmpty && !isEverythingDirty }

    /// More keys became dirty than could be remembered, and the whole cache has not been invalidated since.
    var isEverythingDirty: Bool { invalidated < overflows }

    func contains(_ key: RecordKey) -> Bool {
        isEverythingDirty || versions[key] != nil
    }

    func contains(_ product: ProductID) -> Bool {
        isEverythingDirty || products[product] != nil
    }

    /// Marks committed states that may not have arrived.
    mutating func mark(_ records: [InventoryRecord]) {
        for record in records {
            if let version = versions[record.key] {
                versions[record.key] = max(version, record.version)
                continue
            }
            if versions.count >= maximumKeys {
                markEverything()
            }
            versions[record.key] = record.version
            products[record.key.product, default: 0] += 1
        }
    }

    /// Marks everything, when more was committed than is worth remembering.
    mutating func markEverything() {
        versions = [:]
        products = [:]
        overflows += 1
    }

    /// Removes keys that are stored with at least these versions, or with tombstones of them.
    mutating func settle(_ settled: some Sequence<(key: RecordKey, version: Int64)>) {
        for (key, version) in settled {
            guard let dirty = versions[key], dirty <= version else { continue }
            versions[key] = nil
            let left = (products[key.product] ?? 1) - 1
            products[key.product] = left == 0 ? nil : left
        }
    }

    /// Some of the dirty keys.
    func prefix(_ count: Int) -> [(key: RecordKey, version: Int64)] {
        versions.prefix(count).map { (key: $0.key, version: $0.value) }
    }

    /// For ``didInvalidateAll(_:)`` once the whole cache has been invalidated. An overflow in between needs another one.
    var overflowTicket: Int { overflows }

    mutating func didInvalidateAll(_ ticket: Int) {
        invalidated = max(invalidated, ticket)
    }
}
