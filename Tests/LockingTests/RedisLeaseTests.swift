import RedisClient
import RedisTesting
import Testing
import UseCases

@testable import Locking

@Suite struct RedisLeaseTests {
    private let limit = Duration.seconds(10)
    private let lockName = "inventory_lock:01900000-0000-7000-0000-000000000001"

    @Test func `The keys have the specified names and expire`() async throws {
        try await withLeases(on: try RedisServer(), lease: .milliseconds(60_000)) { process, store in
            _ = try await store.take([[record(1)], [notYetCreated(1)]])
            let names = try await process.client.send(["KEYS", "*"], timeout: limit).array ?? []
            #expect(
                Set(names.compactMap(\.bytes).map { String(decoding: $0, as: UTF8.self) }) == [
                    lockName,
                    "inventory_lock:00000000-0000-0001-0000-000000000001:00000000-0000-0002-0000-000000000001",
                ])
            let life = try await process.client.send(["PTTL", .text(lockName)], timeout: limit).integer ?? 0
            #expect((1...60_000).contains(life))
        }
    }

    @Test func `An expired lease is free, and its token does not release the next holder's`() async throws {
        let server = try RedisServer()
        try await withLeases(on: server, lease: .milliseconds(20)) { _, short in
            try await withLeases(on: server) { process, long in
                let old = try await short.take([[record(1)]])
                try await eventually("it expired") { try await long.take([[record(1)]]).groups == [true] }
                await short.release([record(1)], token: old.token)
                // Sent after the release, on the same connection.
                #expect(try await short.take([[record(1)]]).groups == [false])
                #expect(try await process.client.send(["EXISTS", .text(lockName)], timeout: limit) == .integer(1))
            }
        }
    }

    @Test func `Without a connection the store answers at once`() async throws {
        let server = try RedisServer()
        try await withLeases(on: server) { process, store in
            server.kill()
            try await eventually("noticed") { !process.client.isConnected }
            let start = ContinuousClock.now
            guard case .unavailable = await store.acquire([[record(1)]]) else { return #expect(Bool(false)) }
            // Far below this test's answer limit.
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func `A frozen Redis costs the answer limit, and a late grant is released`() async throws {
        let server = try RedisServer()
        try await withLeases(on: server, answerLimit: RedisLeaseStore.answerLimit) { _, store in
            server.freeze()
            let start = ContinuousClock.now
            guard case .unavailable = await store.acquire([[record(1)], [record(2), record(3)]]) else {
                return #expect(Bool(false))
            }
            let waited = ContinuousClock.now - start
            #expect(waited >= RedisLeaseStore.answerLimit)
            // With a margin for a busy machine; without the limit it would be the stall limit, 30 seconds.
            #expect(waited < .seconds(10))
            server.thaw()
            try await withLeases(on: server) { _, other in
                try await eventually("released") {
                    try await other.take([[record(1), record(2), record(3)]]).groups == [true]
                }
            }
        }
    }

    @Test func `A release during an outage happens on the next connection`() async throws {
        let server = try RedisServer()
        try await withRedis(server) { admin in
            try await withLeases(on: server) { process, store in
                let held = try await store.take([[record(1)]])
                try await disconnect(process, from: server, by: admin)
                await store.release([record(1)], token: held.token)
                server.show()
                try await eventually("released") {
                    try await admin.client.send(["EXISTS", .text(lockName)], timeout: limit) == .integer(0)
                }
            }
        }
    }

    @Test func `Leases work after SCRIPT FLUSH`() async throws {
        try await withLeases(on: try RedisServer()) { process, store in
            for _ in 0..<3 {
                _ = try await process.client.send(["SCRIPT", "FLUSH"], timeout: limit)
                let held = try await store.take([[record(1)]])
                #expect(held.groups == [true])
                await store.release([record(1)], token: held.token)
                try await eventually("released") {
                    try await process.client.send(["EXISTS", .text(lockName)], timeout: limit) == .integer(0)
                }
            }
        }
    }
}

@Suite struct PendingReleasesTests {
    private let now = ContinuousClock.now

    private func entry(_ count: Int, until: Duration) -> PendingReleases.Entry {
        .init(keys: (0..<count).map { record($0) }, token: LeaseToken(value: UInt64(count)), until: now + until)
    }

    @Test func `Pending releases are returned once, without expired ones`() {
        var pending = PendingReleases()
        pending.add(entry(1, until: .seconds(1)), now: now)
        pending.add(entry(2, until: .seconds(3)), now: now)
        #expect(pending.takeAll(now: now + .seconds(2)).map(\.keys.count) == [2])
        #expect(pending.takeAll(now: now).isEmpty)
    }

    @Test func `Pending releases are bounded, and expired ones make room`() {
        var pending = PendingReleases()
        pending.add(entry(PendingReleases.maximumKeys, until: .seconds(1)), now: now)
        pending.add(entry(1, until: .seconds(5)), now: now)
        #expect(pending.takeAll(now: now).count == 1)
        pending.add(entry(PendingReleases.maximumKeys, until: .seconds(1)), now: now)
        pending.add(entry(1, until: .seconds(5)), now: now + .seconds(2))
        #expect(pending.takeAll(now: now + .seconds(2)).map(\.keys.count) == [1])
    }
}
