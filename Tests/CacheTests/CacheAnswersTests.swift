import Domain
import RedisClient
import RedisTesting
import Testing
import UseCases

@testable import Cache

/// Lookups without waiting, as event loops make them.
@Suite struct CacheAnswersTests {
    @Test func `One round trip answers many questions, each with its own entries`() async throws {
        try await withCache(on: try RedisServer()) { _, cache in
            try await cache.publishUntilStored([record(1, version: 3), record(2, 2, version: 5)])
            await cache.fill([
                availability(1, [record(1, version: 3), record(1, 2, version: 1)]), availability(4, []),
            ])
            let answers = await cache.answers([
                .record(key(1)), .availability([4, 3, 1].map { key($0).product }), .record(key(3)),
                .record(key(2, 2)), .availability([key(1).product]),
            ])
            #expect(answers.record(0) == record(1, version: 3))
            #expect(answers.availability(1).map { $0?.quantityAvailable } == [0, nil, 36])
            #expect(answers.record(2) == nil)
            // After a question about three products.
            #expect(answers.record(3) == record(2, 2, version: 5))
            #expect(answers.availability(4).map { $0?.quantityAvailable } == [36])
        }
    }

    @Test func `A commit's changes are served, and a new warehouse comes in its place`() async throws {
        try await withCache(on: try RedisServer()) { _, cache in
            await cache.fill([availability(1, [record(1, 1, version: 1), record(1, 3, version: 1)])])
            #expect(await cache.askedQuantities(1) == ["W1": 9, "W3": 9])
            try await cache.publishUntilStored([record(1, 2, version: 2), record(1, 3, version: 2)])
            let found = await cache.answers([.availability([key(1).product])]).availability(0)
            var lines: [String] = []
            found[0]?.forEachLine { lines.append("\(String(decoding: $0, as: UTF8.self)) \($1)") }
            #expect(lines == ["W1 9", "W2 18", "W3 18"])
            #expect(found[0]?.quantityAvailable == 45)
        }
    }

    @Test func `Dirty entries are not served, although Redis has them`() async throws {
        try await withCache(on: try RedisServer()) { process, cache in
            try await cache.publishUntilStored([record(1, version: 1), record(2, version: 1)])
            await cache.fill([availability(1, [record(1, version: 1)]), availability(2, [record(2, version: 1)])])
            #expect(await cache.askedQuantities(1) == ["W1": 9])
            // Out of memory: writes are refused, reads are answered.
            _ = try await process.client.send(["CONFIG", "SET", "maxmemory", "1"], timeout: .seconds(10))
            await cache.publish([record(1, version: 2)])
            let answers = await cache.answers([
                .availability([2, 1].map { key($0).product }), .record(key(1)), .record(key(2)),
            ])
            #expect(answers.availability(0).map { $0?.quantityAvailable } == [9, nil])
            #expect(answers.record(1) == nil)
            #expect(answers.record(2) == record(2, version: 1))
            _ = try await process.client.send(["CONFIG", "SET", "maxmemory", "0"], timeout: .seconds(10))
            try await eventually("settled in the background") { cache.isClean }
            #expect(await cache.askedVersion(1) == nil)
            #expect(await cache.askedQuantities(1) == nil)
            #expect(await cache.askedQuantities(2) == ["W1": 9])
        }
    }

    @Test func `A Redis that dies before it answers counts as a miss`() async throws {
        let server = try RedisServer()
        try await withCache(on: server) { process, cache in
            try await cache.publishUntilStored([record(1, version: 1)])
            server.freeze()
            async let answers = cache.answers([.record(key(1)), .availability([key(1).product])])
            try await eventually("asked") { await process.client.outstandingCommands > 0 }
            server.kill()
            let found = await answers
            #expect(found.record(0) == nil)
            #expect(found.availability(1).map { $0 == nil } == [true])
            try await eventually("noticed") { !cache.isReachable }
            #expect(await cache.askedVersion(1) == nil)
            try server.start()
            try await eventually("connected again") { cache.isReachable }
            #expect(await cache.askedVersion(1) == nil)
        }
    }

    @Test func `A frozen Redis delays a read no longer than the limit`() async throws {
        let server = try RedisServer()
        try await withCache(on: server, answerLimit: RedisStockCache.answerLimit) { _, cache in
            try await cache.publishUntilStored([record(1, version: 1)])
            server.freeze()
            #expect(await cache.askedVersion(1) == nil)
            server.thaw()
            try await eventually("thawed") { await cache.askedVersion(1) == 1 }
        }
    }

    @Test func `The availability of a product with too many warehouses is neither stored nor served`() async throws {
        try await withCache(on: try RedisServer()) { process, cache in
            await cache.fill([availability(1, [record(1, 1, version: 1)])])
            #expect(await cache.askedQuantities(1) == ["W1": 9])
            try await cache.publishUntilStored((2...1_200).map { record(1, $0, version: 1) })
            #expect(await cache.askedQuantities(1) == nil)
            let name = RedisArgument.text(CacheKeys.availability(key(1).product))
            let length = try await process.client.send(["STRLEN", name], timeout: .seconds(10))
            #expect(length == .integer(33))
            // Not even the fill of a slow reader that saw the first warehouse only.
            await cache.fill([availability(1, [record(1, 1, version: 1)])])
            try await cache.publishUntilStored([record(1, 1, version: 2)])
            #expect(await cache.askedQuantities(1) == nil)
            await cache.fill([availability(1, (1...1_200).map { record(1, $0, version: 3) })])
            #expect(await cache.lines(1) == nil)
            // Nor does a fill create it.
            await cache.fill([availability(2, (1...1_200).map { record(2, $0, version: 3) })])
            #expect(await cache.lines(2) == nil)
            await cache.fill([availability(3, (1...400).map { record(3, $0, version: 3) })])
            #expect(await cache.lines(3)?.count == 400)
        }
    }

    @Test func `An availability entry of another release is not read`() async throws {
        try await withCache(on: try RedisServer()) { process, cache in
            let product = key(1).product
            _ = try await process.client.send(
                ["HSET", .text("availability:\(product)"), "complete", "0000000000000000c"], timeout: .seconds(10))
            #expect(await cache.askedQuantities(1) == nil)
            await cache.fill([availability(1, [record(1, version: 1)])])
            #expect(await cache.askedQuantities(1) == ["W1": 9])
        }
    }
}
