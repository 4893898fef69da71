import Domain

/// What was committed and is not known to have arrived in the cache, by key with its newest version.
///
/// Dirty keys are not served by this process. When there are too many to remember, everything counts as dirty until
/// everything has been voided.
struct DirtyKeys {
    /// So many are settled in about a tenth of a second, during which a new connection serves nobody; beyond, voiding
    /// everything is one write.
    static let maximumKeys = 20_000

    let maximumKeys: Int
    private var versions: [RecordKey: Int64] = [:]
    /// How many of a product's keys are dirty.
    private var products: [ProductID: Int] = [:]
    private var overflows = 0
    private var voided = 0

    init(maximumKeys: Int = Self.maximumKeys) {
        self.maximumKeys = maximumKeys
    }

    var count: Int { versions.count }

    var isClean: Bool { versions.isEmpty && !isEverythingDirty }

    /// More was dirtied than could be remembered, and everything has not been voided since.
    var isEverythingDirty: Bool { voided < overflows }

    func contains(_ key: RecordKey) -> Bool {
        isEverythingDirty || versions[key] != nil
    }

    func contains(_ product: ProductID) -> Bool {
        isEverythingDirty || products[product] != nil
    }

    /// These states were committed, and may not have arrived.
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

    /// More was committed than is worth remembering.
    mutating func markEverything() {
        versions = [:]
        products = [:]
        overflows += 1
    }

    /// The keys are known to be stored with at least these versions, or with tombstones of them.
    mutating func settle(_ settled: some Sequence<(key: RecordKey, version: Int64)>) {
        for (key, version) in settled {
            guard let dirty = versions[key], dirty <= version else { continue }
            versions[key] = nil
            let left = (products[key.product] ?? 1) - 1
            products[key.product] = left == 0 ? nil : left
        }
    }

    /// Some of the dirty keys.
    func portion(upTo count: Int) -> [(key: RecordKey, version: Int64)] {
        versions.prefix(count).map { (key: $0.key, version: $0.value) }
    }

    /// To be handed to ``didVoid(_:)`` once everything has been voided. What overflows in between must be voided again.
    var overflowTicket: Int { overflows }

    mutating func didVoid(_ ticket: Int) {
        voided = max(voided, ticket)
    }
}
