import Domain
import RedisClient
import RedisTesting
import Testing
import UseCases

@testable import Cache

@Suite struct RecordCacheTests {
    private let limit = Duration.seconds(10)
    private let name = "inventory:00000000-0000-0001-0000-000000000001:00000000-0000-0002-0000-000000000001"

    @Test func `Every process finds filled and published records, under the specified key and life`()
        async throws
    {
        let server = try RedisServer()
        try await withCache(on: server) { process, cache in
            try await withCache(on: server) { _, other in
                await cache.fill([record(1, version: 3)])
                try await cache.publishUntilStored([record(2, version: 0)])
                let keys = [key(1), key(2), key(3)]
                try await eventually("found") { await cache.records(keys).count == 2 }
                let found = await other.records(keys)
                #expect(found == [key(1): record(1, version: 3), key(2): record(2, version: 0)])
            }
            let life = try await process.client.send(["PTTL", .text(name)], timeout: limit).integer ?? 0
            #expect((200_000...300_000).contains(life))
        }
    }

    @Test func `An older version is refused, an equal or newer one is taken`() async throws {
        try await withCache(on: try RedisServer()) { _, cache in
            try await cache.publishUntilStored([record(1, version: 10)])
            await cache.fill([record(1, version: 9)])
            try await cache.publishUntilStored([record(1, version: 2)])
            #expect(await cache.version(1) == 10)
            await cache.fill([record(1, version: 10)])
            #expect(await cache.version(1) == 10)
            await cache.fill([record(1, version: 11)])
            #expect(await cache.version(1) == 11)
            // More digits, and versions whose texts would compare otherwise.
            try await cache.publishUntilStored([record(1, version: Quantity.highest / 10)])
            await cache.fill([record(1, version: 9_999)])
            #expect(await cache.version(1) == Quantity.highest / 10)
        }
    }

    @Test func `Two hundred records are one call, and the newest state of a key wins`() async throws {
        try await withCache(on: try RedisServer()) { process, cache in
            let batch = (0..<200).map { record($0, version: 4) } + [record(7, version: 6), record(7, version: 5)]
            _ = try await process.client.send(["CONFIG", "RESETSTAT"], timeout: limit)
            try await cache.publishUntilStored(batch)
            let info = try await process.client.send(["INFO", "commandstats"], timeout: limit).bytes ?? []
            #expect(String(decoding: info, as: UTF8.self).contains("cmdstat_evalsha:calls=1,"))
            let found = await cache.records((0..<200).map { key($0) })
            #expect(found.count == 200)
            #expect(found[key(7)]?.version == 6)
            #expect(await cache.records([]).isEmpty)
            await cache.publish([])
            #expect(cache.isClean)
        }
    }

    @Test func `A batch larger than one call is published and read completely`() async throws {
        try await withCache(on: try RedisServer()) { _, cache in
            let batch = (0..<2_500).map { record($0, version: 4) }
            try await cache.publishUntilStored(batch)
            #expect(await cache.records(batch.map(\.key)).count == 2_500)
        }
    }

    @Test func `A foreign value is a miss and is replaced`() async throws {
        try await withCache(on: try RedisServer()) { process, cache in
            try await cache.publishUntilStored([record(2, version: 1)])
            for value in ["", "{\"json\": true}", "00000000000000999", "0000000000000003z of a later release"] {
                _ = try await process.client.send(["SET", .text(name), .text(value)], timeout: limit)
                #expect(await cache.version(1) == nil)
                await cache.fill([record(1, version: 3)])
                let isNewerRelease = value.hasPrefix("00000000000000999")
                #expect(await cache.version(1) == (isNewerRelease ? nil : 3))
            }
        }
    }

    @Test func `Without its epoch the whole cache is invalid, and a new epoch starts`() async throws {
        try await withCache(on: try RedisServer()) { process, cache in
            try await cache.publishUntilStored([record(1, version: 3), record(2, version: 3)])
            _ = try await process.client.send(["DEL", .text(CacheKeys.epoch)], timeout: limit)
            #expect(await cache.version(1) == nil)
            _ = try await process.client.send(["SET", .text(CacheKeys.epoch), "0123456789abcdef"], timeout: limit)
            await cache.fill([record(1, version: 3)])
            #expect(await cache.version(1) == 3)
            #expect(await cache.version(2) == nil)
        }
    }

    @Test func `Without Redis nothing is found or stored`() async {
        let cache = NoStockCache()
        await cache.publish([record(1, version: 1)])
        await cache.fill([record(1, version: 1)])
        await cache.fill([availability(1, [])])
        #expect(await cache.records([key(1)]).isEmpty)
        #expect(await cache.availability([key(1).product]).isEmpty)
    }
}
