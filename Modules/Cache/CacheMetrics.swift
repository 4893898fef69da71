import Metrics

/// What the cache counts.
struct CacheMetrics: Sendable {
    /// The requests for one kind of entry, by outcome.
    struct Requests: Sendable {
        private let hits: Counter
        private let misses: Counter

        init(entry: String) {
            let label = "inventory_cache_requests_total"
            hits = Counter(label: label, dimensions: [("entry", entry), ("outcome", "hit")])
            misses = Counter(label: label, dimensions: [("entry", entry), ("outcome", "miss")])
        }

        func count(asked: Int, found: Int) {
            if found > 0 { hits.increment(by: found) }
            if asked > found { misses.increment(by: asked - found) }
        }
    }

    let records = Requests(entry: "record")
    let availability = Requests(entry: "availability")
    /// Records whose publication is not known to have arrived.
    let unpublished = Counter(label: "inventory_cache_unpublished_total")
    /// How many keys wait to be settled.
    let dirty = Gauge(label: "inventory_cache_dirty_keys")
    /// How often everything was voided.
    let voids = Counter(label: "inventory_cache_voids_total")
}
