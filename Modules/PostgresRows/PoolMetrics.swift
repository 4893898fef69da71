import Metrics
package import PostgresClient
import Synchronization

/// Metrics of a program's connection pools; each call of `record` brings them up to date.
package final class PoolMetrics: Sendable {
    private struct Pool: Sendable {
        let client: PostgresClient
        let open: Gauge
        let leased: Gauge
        let waiting: Gauge
        let reconnects: Counter

        init(_ name: String, _ client: PostgresClient) {
            let dimensions = [("pool", name)]
            self.client = client
            open = Gauge(label: "inventory_postgres_connections_open", dimensions: dimensions)
            leased = Gauge(label: "inventory_postgres_connections_leased", dimensions: dimensions)
            waiting = Gauge(label: "inventory_postgres_waiters", dimensions: dimensions)
            reconnects = Counter(label: "inventory_postgres_reconnects_total", dimensions: dimensions)
        }
    }

    private let pools: [Pool]
    /// The reconnects that have been counted, pool by pool.
    private let counted: Mutex<[Int]>

    /// - Parameter pools: each with its purpose as its name.
    package init(_ pools: [(name: String, client: PostgresClient)]) {
        self.pools = pools.map { Pool($0.name, $0.client) }
        counted = Mutex(Array(repeating: 0, count: pools.count))
    }

    package func record() {
        for (index, pool) in pools.enumerated() {
            let now = pool.client.statistics
            pool.open.record(now.open)
            pool.leased.record(now.leased)
            pool.waiting.record(now.waiting)
            counted.withLock { counted in
                guard now.reconnects > counted[index] else { return }
                pool.reconnects.increment(by: now.reconnects - counted[index])
                counted[index] = now.reconnects
            }
        }
    }
}
