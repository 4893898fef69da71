import Foundation
import Synchronization
import TestSupport
import Testing

extension SystemTests {
    @Suite struct SweeperCrashTests {
        private static let skus = (0..<6).map { "CRASH-\($0)" }
        private static let warehouses = ["WH1", "WH2"]
        private static let sellers = 8
        private static let kills = 25

        /// Reservations that expire after a second, on a few records that keep crossing their reorder points, while
        /// sweepers are killed and restarted.
        @Test(.timeLimit(.minutes(4)))
        func `Three sweepers that are killed at random release each reservation once and raise no alert twice`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.stock(Self.skus, in: Self.warehouses, quantity: 1_000)
                let clients = await stage.clients
                for sku in Self.skus {
                    for warehouse in Self.warehouses {
                        try stage.require(
                            await clients[0].put(
                                "/inventory/\(sku)/\(warehouse)", ["reorder_point": 970, "reorder_quantity": 10]))
                    }
                }
                var random = SeededRandom()
                print("seed \(random.seed)")
                let isOver = Flag()
                let (sold, sweepers) = try await withThrowingTaskGroup(of: Int.self) { group in
                    for seller in 0..<Self.sellers {
                        let seed = random.next()
                        group.addTask {
                            try await Self.sell(clients[seller % clients.count], seed: seed, until: isOver)
                        }
                    }
                    defer { isOver.raise() }
                    let sweepers = try await Self.killSweepers(stage, &random)
                    isOver.raise()
                    return (try await group.reduce(0, +), sweepers)
                }
                // Killed sweepers leave leases behind for at most a second.
                try await eventually(within: .seconds(60), "those that live sweep all") {
                    try await stage.count("SELECT count(*) FROM reservations WHERE status = 'pending'") == 0
                }
                for sweeper in sweepers {
                    #expect(sweeper.end == nil, "\(sweeper.errorOutput)")
                    await sweeper.kill()
                }
                let expired = try await stage.count(
                    "SELECT count(*) FROM inventory_transactions WHERE type = 'expire' AND actor = 'sweeper'")
                print("\(sold) sales, \(expired) of them swept, \(Self.kills) sweepers killed")
                #expect(sold > 100)
                #expect(expired > 100)
                #expect(try await stage.wronglyReleased() == [])
                #expect(try await Self.alertsTooMany(stage) == [])
            }
        }

        private static func sell(_ client: StockClient, seed: UInt64, until isOver: Flag) async throws -> Int {
            var random = SeededRandom(seed: seed)
            var sold = 0
            while !isOver.isRaised {
                let order = newOrder()
                let line = [(sku: random.pick(skus), warehouse: random.pick(warehouses), quantity: 1)]
                let answer = try await client.reserve(order: order, line, ttl: 1)
                // No reserve is refused because of overdue units: there are far more units than live reservations.
                #expect(answer.isSuccess || answer.code == "system_busy", "\(answer)")
                if answer.isSuccess { sold += 1 }
                if answer.isSuccess, Int.random(in: 0..<10, using: &random) == 0 {
                    let confirm = try await client.confirm(order)
                    #expect(confirm.isSuccess || confirm.code == "reservation_expired", "\(confirm)")
                }
            }
            return sold
        }

        /// - Returns: the three that are running at the end.
        private static func killSweepers(_ stage: Stage, _ random: inout SeededRandom) async throws -> [Child] {
            var sweepers = try (0..<3).map { _ in try SweeperProcess.launch(stage) }
            for _ in 0..<kills {
                // A random moment, often during a pass: passes run every second and at every start.
                try await ContinuousClock().sleep(for: .milliseconds(Int64.random(in: 20...600, using: &random)))
                let victim = Int.random(in: 0..<sweepers.count, using: &random)
                #expect(sweepers[victim].end == nil, "\(sweepers[victim].errorOutput)")
                await sweepers[victim].kill()
                sweepers[victim] = try SweeperProcess.launch(stage)
            }
            return sweepers
        }

        /// Records with more alerts than the ledger has crossings of the reorder point. A decision may cross it down and
        /// up again without an alert, so there may be fewer.
        private static func alertsTooMany(_ stage: Stage) async throws -> [String] {
            try await stage.lines(
                """
                WITH states AS (
                    SELECT inventory_id, version, quantity_after - reserved_after <= 970 AS is_low
                    FROM inventory_transactions
                ), crossings AS (
                    SELECT s.inventory_id, count(*) AS count FROM states s JOIN states before
                        ON before.inventory_id = s.inventory_id AND before.version = s.version - 1
                    WHERE s.is_low AND NOT before.is_low GROUP BY s.inventory_id
                )
                SELECT concat_ws(' ', a.inventory_id, count(*), 'alerts,', coalesce(max(c.count), 0), 'crossings')
                FROM low_stock_alerts a LEFT JOIN crossings c USING (inventory_id) WHERE a.reorder_point = 970
                GROUP BY a.inventory_id HAVING count(*) > coalesce(max(c.count), 0)
                """)
        }
    }
}
