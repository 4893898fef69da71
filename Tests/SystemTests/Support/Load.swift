import Synchronization
import TestSupport

/// Callers that move stock and check out at random until the test stops them. The journal records all their responses.
final class Load: Sendable {
    struct Shape: Sendable {
        var skus: [String]
        var warehouses: [String]
        var workers = 12
        /// Only checkouts, no movements.
        var isCheckoutOnly = false
    }

    let journal: Journal
    private let shape: Shape
    private let seed: UInt64
    private let isOver = Atomic(false)

    private init(_ shape: Shape, journal: Journal, seed: UInt64) {
        self.shape = shape
        self.journal = journal
        self.seed = seed
    }

    /// Runs a body while the callers run; they end with it.
    /// - Parameter clients: called before each command, so that servers may be replaced.
    static func during(
        _ shape: Shape, journal: Journal = Journal(), seed: UInt64,
        on clients: @escaping @Sendable () async -> [StockClient], _ body: (Load) async throws -> Void
    ) async throws {
        let load = Load(shape, journal: journal, seed: seed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<shape.workers {
                group.addTask { try await load.work(worker, clients) }
            }
            defer { load.isOver.store(true, ordering: .relaxed) }
            try await body(load)
            load.isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
    }

    /// Waits until `count` more commands have succeeded.
    func waitForSuccesses(_ count: Int, within limit: Duration = .seconds(30)) async throws {
        let goal = journal.successes + count
        try await eventually(within: limit, "\(count) successes more; so far \(journal.answers)") {
            journal.successes >= goal
        }
    }

    private func work(_ worker: Int, _ clients: @Sendable () async -> [StockClient]) async throws {
        var random = SeededRandom(seed: seed &+ UInt64(worker))
        while !isOver.load(ordering: .relaxed) {
            let servers = await clients()
            guard !servers.isEmpty else {
                try await ContinuousClock().sleep(for: .milliseconds(5))
                continue
            }
            // Each caller sticks to one server, as behind a load balancer that keeps connections.
            let told = await turn(servers[worker % servers.count], &random)
            // Callers must not flood a server that is down.
            if told == .unknown { try await ContinuousClock().sleep(for: .milliseconds(20)) }
        }
    }

    private func turn(_ client: StockClient, _ random: inout SeededRandom) async -> Journal.Told {
        let sku = random.pick(shape.skus)
        let place = random.pick(shape.warehouses)
        let units = Int.random(in: 1...3, using: &random)
        let reference = "r-\(String(random.next(), radix: 36))"
        switch shape.isCheckoutOnly ? 0 : Int.random(in: 0..<100, using: &random) {
        case 0..<50:
            return await checkOut(client, sku, place, units, &random)
        case 50..<72:
            let answer = try? await client.receive(sku, place, units, reference: reference)
            return journal.movement(reference, rows: 1, answer)
        case 72..<86:
            let answer = try? await client.ship(sku, place, units, reference: reference)
            return journal.movement(reference, rows: 1, answer)
        default:
            let others = shape.warehouses.filter { $0 != place }
            guard !others.isEmpty else { return .refused }
            let answer = try? await client.transfer(
                sku, from: place, to: random.pick(others), units, reference: reference)
            return journal.movement(reference, rows: 2, answer)
        }
    }

    /// Reserves an order of one or two lines, then confirms, releases or abandons it.
    private func checkOut(
        _ client: StockClient, _ sku: String, _ place: String, _ units: Int, _ random: inout SeededRandom
    ) async -> Journal.Told {
        let order = newOrder()
        var lines = [(sku: sku, warehouse: place, quantity: units)]
        let second = random.pick(shape.skus)
        if second != sku { lines.append((second, place, 1)) }
        let reserve = try? await client.reserve(order: order, lines)
        let told = journal.reserved(order, units: lines.map(\.quantity), reserve)
        guard told == .done else { return told }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<75: return journal.confirmed(order, try? await client.confirm(order))
        case 75..<90: return journal.released(order, try? await client.release(order))
        default: return told
        }
    }
}
