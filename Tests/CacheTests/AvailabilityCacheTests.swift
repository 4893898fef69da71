import Domain
import RedisClient
import RedisTesting
import Testing
import UseCases

@testable import Cache

@Suite struct AvailabilityCacheTests {
    private let limit = Duration.seconds(10)

    @Test func `A reader's fill is found, ordered by warehouse code`() async throws {
        try await withCache(on: try RedisServer()) { _, cache in
            let filled = availability(
                1, [record(1, 3, version: 2), record(1, 1, version: 0), record(1, 2, version: 9)])
            await cache.fill([filled, availability(2, [])])
            let products = [1, 2, 3].map { key($0).product }
            let found = await cache.availability(products)
            #expect(found.count == 2)
            #expect(found[products[0]]?.lines.map(\.warehouseCode.description) == ["W1", "W2", "W3"])
            #expect(found[products[0]]?.quantityAvailable == filled.quantityAvailable)
            #expect(found[products[0]]?.sku.description == "SKU-1")
            #expect(found[products[1]]?.lines == [])
        }
    }

    @Test func `A commit changes its line, adds a new one, and never restores an older one`() async throws {
        try await withCache(on: try RedisServer()) { _, cache in
            await cache.fill([availability(1, [record(1, 1, version: 2), record(1, 2, version: 2)])])
            try await cache.publishUntilStored([record(1, 1, version: 3)])
            #expect(await cache.lines(1) == ["W1": 3, "W2": 2])
            try await cache.publishUntilStored([record(1, 3, version: 0)])
            #expect(await cache.lines(1) == ["W1": 3, "W2": 2, "W3": 0])
            try await cache.publishUntilStored([record(1, 1, version: 1)])
            await cache.fill([availability(1, [record(1, 1, version: 2), record(1, 2, version: 5)])])
            #expect(await cache.lines(1) == ["W1": 3, "W2": 5, "W3": 0])
        }
    }

    @Test func `Published lines alone are not complete, and a slow reader's fill is merged with them`() async throws {
        try await withCache(on: try RedisServer()) { _, cache in
            try await cache.publishUntilStored([record(1, 1, version: 3), record(1, 2, version: 1)])
            #expect(await cache.lines(1) == nil)
            // The reader queried before either commit, and does not know the second record.
            await cache.fill([availability(1, [record(1, 1, version: 2)])])
            #expect(await cache.lines(1) == nil)
            await cache.fill([availability(1, [record(1, 1, version: 2), record(1, 2, version: 1)])])
            #expect(await cache.lines(1) == ["W1": 3, "W2": 1])
        }
    }

    @Test func `Without readers a line is not stored, and the record keeps a slow reader's fill from being served`()
        async throws
    {
        try await withCache(on: try RedisServer()) { process, cache in
            let name = RedisArgument.text(CacheKeys.availability(key(1).product))
            func exists() async throws -> Bool {
                try await process.client.send(["EXISTS", name], timeout: limit).integer == 1
            }
            try await eventually("published") {
                await cache.publish([record(1, 1, version: 3)], created: [])
                return cache.isClean
            }
            #expect(try await !exists())
            // The reader queried before the commit: its line is not served.
            await cache.fill([availability(1, [record(1, 1, version: 2)])])
            #expect(await cache.lines(1) == nil)
            // Now the product has a reader, so writers store their lines, and the next fill completes them.
            try await eventually("published") {
                await cache.publish([record(1, 1, version: 4)], created: [])
                return cache.isClean
            }
            await cache.fill([availability(1, [record(1, 1, version: 3)])])
            #expect(await cache.lines(1) == ["W1": 4])
        }
    }

    @Test func `A new record's line is stored without readers, since a slow reader did not see the record`()
        async throws
    {
        try await withCache(on: try RedisServer()) { _, cache in
            try await eventually("published") {
                await cache.publish([record(1, 1, version: 2), record(1, 2, version: 1)], created: [key(1, 2)])
                return cache.isClean
            }
            // The reader queried before the second record was created, so its fill with one line is not complete.
            await cache.fill([availability(1, [record(1, 1, version: 2)])])
            #expect(await cache.lines(1) == nil)
            await cache.fill([availability(1, [record(1, 1, version: 2), record(1, 2, version: 1)])])
            #expect(await cache.lines(1) == ["W1": 2, "W2": 1])
        }
    }

    @Test func `An entry without readers is not updated, extended or served`()
        async throws
    {
        try await withCache(on: try RedisServer()) { process, cache in
            let name = RedisArgument.text(CacheKeys.availability(key(1).product))
            func stored() async throws -> [UInt8]? {
                try await process.client.send(["GET", name], timeout: limit).bytes
            }
            func publishChange(_ records: [InventoryRecord]) async throws {
                try await eventually("published") {
                    await cache.publish(records, created: [])
                    return cache.isClean
                }
            }
            try await eventually("published") {
                await cache.publish(
                    [record(1, 1, version: 1), record(1, 2, version: 1)], created: [key(1, 1), key(1, 2)])
                return cache.isClean
            }
            let created = try await stored()
            #expect(created != nil)
            _ = try await process.client.send(["PEXPIRE", name, "50000"], timeout: limit)
            try await publishChange([record(1, 1, version: 2), record(1, 2, version: 2)])
            let left = try await stored()
            #expect(left == created)
            let life = try await process.client.send(["PTTL", name], timeout: limit).integer ?? 0
            #expect((1...50_000).contains(life))
            // A reader that saw the first record alone: the other's line is outdated.
            await cache.fill([availability(1, [record(1, 1, version: 2)])])
            #expect(await cache.lines(1) == nil)
            await cache.fill([availability(1, [record(1, 1, version: 2)])])
            #expect(await cache.lines(1) == nil)
            try await publishChange([record(1, 2, version: 3)])
            await cache.fill([availability(1, [record(1, 1, version: 2), record(1, 2, version: 2)])])
            #expect(await cache.lines(1) == ["W1": 2, "W2": 3])
        }
    }

    @Test func `Publishing extends the life of incomplete entries, not of complete ones`()
        async throws
    {
        try await withCache(on: try RedisServer()) { process, cache in
            let name = RedisArgument.text(CacheKeys.availability(key(1).product))
            func life() async throws -> Int64 {
                try await process.client.send(["PTTL", name], timeout: limit).integer ?? 0
            }
            try await cache.publishUntilStored([record(1, 1, version: 1)])
            _ = try await process.client.send(["PEXPIRE", name, "50000"], timeout: limit)
            try await cache.publishUntilStored([record(1, 1, version: 2)])
            #expect(try await life() > 50_000)
            await cache.fill([availability(1, [record(1, 1, version: 2)])])
            _ = try await process.client.send(["PEXPIRE", name, "50000"], timeout: limit)
            try await cache.publishUntilStored([record(1, 1, version: 3)])
            #expect((1...50_000).contains(try await life()))
            #expect(await cache.lines(1) == ["W1": 3])
        }
    }
}
