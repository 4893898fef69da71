import Metrics

/// The cache's counters and gauges.
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

        func count(requested: Int, found: Int) {
            if found > 0 { hits.increment(by: found) }
            if requested > found { misses.increment(by: requested - found) }
        }
    }

    let records = Requests(entry: "record")
    let availability = Requests(entry: "availability")
    /// Records whose publication may not have arrived.
    let unpublished = Counter(label: "inventory_cache_unpublished_total")
    /// Keys that wait to be settled.
    let dirty = Gauge(label: "inventory_cache_dirty_keys")
    /// Invalidations of the whole cache.
    let invalidations = Counter(label: "inventory_cache_voids_total")
}
