import Domain
import RedisClient
import RedisTesting
import Testing
import UseCases

@testable import Cache

@Suite struct CacheOutageTests {
    @Test func `After a commit during an outage Redis serves no older state`() async throws {
        let server = try RedisServer()
        try await withRedis(server) { admin in
            try await withCache(on: server) { process, cache in
                try await cache.publishUntilStored([record(1, version: 1), record(2, version: 1)])
                await cache.fill([availability(1, [record(1, version: 1)])])
                #expect(await cache.lines(1) == ["W1": 1])
                try await disconnect(process, from: server, by: admin)

                let start = ContinuousClock.now
                await cache.publish([record(1, version: 2)])
                // Far below this test's answer limit.
                #expect(ContinuousClock.now - start < .seconds(10))
                #expect(await cache.version(1) == nil)
                server.show()
                try await eventually("connected again") { process.client.isConnected }
                // The hook settled the key before this read could be sent.
                #expect(await cache.version(1) == nil)
                #expect(await cache.lines(1) == nil)
                #expect(cache.isClean)
                #expect(await cache.version(2) == 1)

                // A slow reader, in this process or another, queried before the commit.
                try await withCache(on: server) { _, other in
                    await other.fill([record(1, version: 1)])
                    await other.fill([availability(1, [record(1, version: 1)])])
                    #expect(await other.version(1) == nil)
                    #expect(await other.lines(1) == nil)
                }
                await cache.fill([record(1, version: 2)])
                await cache.fill([availability(1, [record(1, version: 2)])])
                #expect(await cache.version(1) == 2)
                #expect(await cache.lines(1) == ["W1": 2])
            }
        }
    }

    @Test func `A product is not complete while a new warehouse could not be published`() async throws {
        let server = try RedisServer()
        try await withRedis(server) { admin in
            try await withCache(on: server) { process, cache in
                await cache.fill([availability(1, [record(1, 1, version: 1)])])
                try await disconnect(process, from: server, by: admin)
                await cache.publish([record(1, 2, version: 0)])
                server.show()
                try await eventually("connected again") { process.client.isConnected }
                #expect(await cache.lines(1) == nil)
                await cache.fill([availability(1, [record(1, 1, version: 1)])])
                #expect(await cache.lines(1) == nil)
                await cache.fill([availability(1, [record(1, 1, version: 1), record(1, 2, version: 0)])])
                #expect(await cache.lines(1) == ["W1": 1, "W2": 0])
            }
        }
    }

    @Test func `Too many dirty keys invalidate the whole cache, and only writers may fill it for a while`() async throws
    {
        let server = try RedisServer()
        try await withRedis(server) { admin in
            try await withCache(on: server, maximumDirtyKeys: 10) { process, cache in
                try await cache.publishUntilStored((0..<40).map { record($0, version: 1) })
                try await disconnect(process, from: server, by: admin)
                for product in 0..<25 { await cache.publish([record(product, version: 2)]) }
                server.show()
                try await eventually("connected again") { process.client.isConnected }
                try await withCache(on: server) { _, other in
                    let found = await other.records((0..<40).map { key($0) })
                    #expect(found.isEmpty)
                    await other.fill([record(1, version: 1), record(39, version: 1)])
                    await other.fill([availability(1, [record(1, version: 1)])])
                    #expect(await other.records([key(1), key(39)]).isEmpty)
                    #expect(await other.lines(1) == nil)
                }
                try await cache.publishUntilStored([record(1, version: 3)])
                #expect(await cache.version(1) == 3)
                _ = try await admin.client.send(["DEL", .text(CacheKeys.quarantine)], timeout: .seconds(10))
                await cache.fill([record(39, version: 1)])
                #expect(await cache.version(39) == 1)
            }
        }
    }

    @Test func `A frozen Redis delays a writer by fifty milliseconds, and serves no old state`() async throws {
        let server = try RedisServer()
        try await withCache(on: server, answerLimit: RedisStockCache.answerLimit) { _, cache in
            try await cache.publishUntilStored([record(1, version: 1)])
            server.freeze()
            let start = ContinuousClock.now
            await cache.publish([record(1, version: 2)])
            let waited = ContinuousClock.now - start
            #expect(waited >= RedisStockCache.answerLimit)
            // With a margin for a busy machine; without the limit it would be the stall limit, 30 seconds.
            #expect(waited < .seconds(10))
            #expect(await cache.version(1) == nil)
            server.thaw()
            try await eventually("settled") {
                #expect(await cache.version(1) != 1)
                return cache.isClean
            }
            #expect(await cache.version(1) != 1)
            try await cache.publishUntilStored([record(1, version: 3)])
            #expect(await cache.version(1) == 3)
        }
    }

    @Test func `A key whose publication Redis refused is not served, although Redis answers reads`() async throws {
        try await withCache(on: try RedisServer()) { process, cache in
            try await cache.publishUntilStored([record(1, version: 1), record(2, version: 1)])
            await cache.fill([availability(1, [record(1, version: 1)]), availability(2, [record(2, version: 1)])])
            #expect(await cache.lines(1) == ["W1": 1])
            // Out of memory: writes are refused, reads are answered.
            _ = try await process.client.send(["CONFIG", "SET", "maxmemory", "1"], timeout: .seconds(10))
            await cache.publish([record(1, version: 2)])
            #expect(await cache.version(2) == 1)
            #expect(await cache.lines(2) == ["W1": 1])
            #expect(await cache.version(1) == nil)
            #expect(await cache.lines(1) == nil)
            _ = try await process.client.send(["CONFIG", "SET", "maxmemory", "0"], timeout: .seconds(10))
            try await eventually("settled in the background") { cache.isClean }
            #expect(await cache.version(1) == nil)
            #expect(await cache.lines(1) == nil)
        }
    }

    @Test func `A restarted Redis is empty, and readers fill it again`() async throws {
        let server = try RedisServer()
        try await withCache(on: server) { process, cache in
            try await cache.publishUntilStored([record(1, version: 1)])
            server.kill()
            try await eventually("noticed") { !process.client.isConnected }
            await cache.publish([record(2, version: 5)])
            try server.start()
            try await eventually("connected again") { process.client.isConnected }
            #expect(await cache.version(1) == nil)
            await cache.fill([record(1, version: 1), record(2, version: 4)])
            #expect(await cache.version(1) == 1)
            #expect(await cache.version(2) == nil)
        }
    }
}
