import RedisTesting
import Synchronization
import Testing
import UseCases

@testable import Cache

@Suite struct CacheModelTests {
    /// Three processes read, fill late and commit at random. After a process has reported a commit to a caller, none of its
    /// readers may see an older state; if the commit was published, no reader of any process may.
    @Test(arguments: [false, true])
    func `No reader sees a state older than a reported commit`(isDisturbed: Bool) async throws {
        let seed = SeededGenerator.testSeed()
        print("seed \(seed)")
        let server = try RedisServer()
        let database = Database(processes: 3)
        // Without disturbance every publication arrives, however slow the machine is.
        let limit = isDisturbed ? RedisStockCache.answerLimit : .seconds(20)
        try await withCache(on: server, answerLimit: limit) { _, first in
            try await withCache(on: server, answerLimit: limit) { _, second in
                try await withCache(on: server, answerLimit: limit) { _, third in
                    let caches = [first, second, third]
                    let tasks = (0..<24).map { number in
                        Task {
                            var caller = CacheCaller(
                                process: number % 3, cache: caches[number % 3], database: database,
                                random: SeededGenerator(seed: seed &+ UInt64(number)))
                            await caller.run(rounds: 300)
                        }
                    }
                    if isDisturbed { try await disturb(server, caches, database) }
                    for task in tasks { await task.value }
                    #expect(database.violations.isEmpty, "seed \(seed)")
                    #expect(database.hits > 100, "seed \(seed)")
                    try await eventually("all is settled") { caches.allSatisfy(\.isClean) }
                }
            }
        }
    }

    /// Freezes the server several times, each time until publications have timed out.
    private func disturb(_ server: RedisServer, _ caches: [RedisStockCache], _ database: Database) async throws {
        for _ in 0..<6 {
            let before = database.commits
            server.freeze()
            try await eventually("publications time out") { !caches.allSatisfy(\.isClean) }
            server.thaw()
            try await eventually("commits continue") { database.commits > before + 150 }
        }
    }
}

/// One of many callers of one process.
private struct CacheCaller {
    let process: Int
    let cache: RedisStockCache
    let database: Database
    var random: SeededGenerator

    mutating func run(rounds: Int) async {
        for _ in 0..<rounds {
            let product = Int.random(in: 0..<6, using: &random)
            let warehouse = Int.random(in: 1...2, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4: await commit(product, warehouse)
            case 4..<8: await read(product, warehouse)
            default: await readAvailability(product)
            }
        }
    }

    private mutating func delay() async {
        for _ in 0..<Int.random(in: 0...20, using: &random) { await Task.yield() }
    }

    private mutating func commit(_ product: Int, _ warehouse: Int) async {
        let version = database.commit(key(product, warehouse))
        await delay()
        let isNew = version == 1
        await cache.publish(
            [record(product, warehouse, version: version)], created: isNew ? [key(product, warehouse)] : [])
        let isPublished = !cache.dirty.withLock { $0.contains(key(product, warehouse)) }
        database.report(key(product, warehouse), version: version, process: isPublished ? nil : process)
    }

    private mutating func read(_ product: Int, _ warehouse: Int) async {
        let floor = database.floor(key(product, warehouse), process: process)
        // Through both APIs: that of tasks and that of event loops.
        let isAsked = Bool.random(using: &random)
        if let found = await isAsked ? cache.askedVersion(product, warehouse) : cache.version(product, warehouse) {
            database.check(found, floor: floor)
            return
        }
        let version = database.version(key(product, warehouse))
        await delay()
        guard version > 0 else { return }
        await cache.fill([record(product, warehouse, version: version)])
    }

    private mutating func readAvailability(_ product: Int) async {
        let floors = (1...2).map { database.floor(key(product, $0), process: process) }
        let isAsked = Bool.random(using: &random)
        // Nine are available for each version: see `record`.
        let versions =
            await isAsked ? cache.askedQuantities(product)?.mapValues { $0 / 9 } : cache.lines(product)
        if let versions {
            for warehouse in 1...2 {
                database.check(versions["W\(warehouse)"] ?? 0, floor: floors[warehouse - 1])
            }
            return
        }
        // A record that does not exist yet has no line.
        let records = (1...2).map { (warehouse: $0, version: database.version(key(product, $0))) }
            .filter { $0.version > 0 }.map { record(product, $0.warehouse, version: $0.version) }
        await delay()
        await cache.fill([availability(product, records)])
    }
}
