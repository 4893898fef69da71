import Domain
import TestSupport
import Testing
import UseCases

@testable import Credentials

@Suite("Key ring")
struct KeyRingTests {
    private let clock = FakeClock()
    private let store: FakeStore
    private let ring: KeyRing
    private let hash: APIKeyHash

    init() throws {
        let clock = clock
        store = FakeStore(clock)
        ring = KeyRing(store: store, now: { clock.now })
        hash = try Self.hash(1)
    }

    private static func hash(_ number: Int) throws -> APIKeyHash {
        let bytes = (0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * ($0 % 8))) }
        return try #require(APIKeyHash(bytes))
    }

    private func key(expiresIn milliseconds: Int64? = nil, isRevoked: Bool = false) throws -> APIKey {
        let start = FakeStore.start
        return APIKey(
            name: try #require(APIKeyName("shop")), scopes: [.read], createdAt: start,
            expiresAt: milliseconds.map { Instant(milliseconds: start.milliseconds + $0) },
            revokedAt: isRevoked ? start : nil)
    }

    @Test("a key is cached for three seconds from the request, and then requested again")
    func life() async throws {
        let key = try key()
        store.put(hash, key)
        #expect(try await ring.find(hash) == .active(key))
        clock.advance(by: .milliseconds(2_999))
        #expect(try await ring.find(hash) == .active(key))
        #expect(store.requests == 1)
        store.put(hash, try self.key(isRevoked: true))
        clock.advance(by: .milliseconds(1))
        #expect(try await ring.find(hash) == .revoked(key.name))
        #expect(store.requests == 2)
    }

    @Test("the absence of a key is cached for one second")
    func unknown() async throws {
        #expect(try await ring.find(hash) == .unknown)
        let key = try key()
        store.put(hash, key)
        clock.advance(by: .milliseconds(999))
        #expect(try await ring.find(hash) == .unknown)
        clock.advance(by: .milliseconds(1))
        #expect(try await ring.find(hash) == .active(key))
        #expect(store.requests == 2)
    }

    @Test("a cached key expires on time, without another request")
    func expiry() async throws {
        let key = try key(expiresIn: 1_500)
        store.put(hash, key)
        #expect(try await ring.find(hash) == .active(key))
        clock.advance(by: .milliseconds(1_499))
        #expect(try await ring.find(hash) == .active(key))
        clock.advance(by: .milliseconds(1))
        #expect(try await ring.find(hash) == .expired(key.name))
        #expect(store.requests == 1)
    }

    @Test("while the store is unavailable, answers are used until they are five seconds old, and keys still expire")
    func outage() async throws {
        let key = try key(expiresIn: 4_500)
        let other = try Self.hash(2)
        let lasting = try self.key()
        store.put(hash, key)
        store.put(other, lasting)
        _ = try await ring.find(hash)
        _ = try await ring.find(other)
        store.fail(.unavailable(cause: "away"))
        clock.advance(by: .milliseconds(4_499))
        #expect(try await ring.find(hash) == .active(key))
        clock.advance(by: .milliseconds(500))
        #expect(try await ring.find(hash) == .expired(key.name))
        #expect(try await ring.find(other) == .active(lasting))
        clock.advance(by: .milliseconds(1))
        for hash in [hash, other] {
            await #expect(throws: ServiceFailure.unavailable(cause: "away")) { try await ring.find(hash) }
        }
        store.fail(nil)
        #expect(try await ring.find(other) == .active(lasting))
    }

    @Test("a cached answer does not hide an internal fault")
    func fault() async throws {
        store.put(hash, try key())
        _ = try await ring.find(hash)
        store.fail(.internalFault(cause: "no such table"))
        clock.advance(by: .seconds(3))
        await #expect(throws: ServiceFailure.internalFault(cause: "no such table")) { try await ring.find(hash) }
    }

    @Test("concurrent lookups share one request, and the age of the answer counts from the request")
    func oneRequest() async throws {
        let key = try key()
        store.put(hash, key)
        store.pause()
        let waiters = (0..<50).map { _ in Task { [ring, hash] in try await ring.find(hash) } }
        try await eventually("the store has the request") { store.waiting == 1 }
        clock.advance(by: .seconds(2))
        store.put(hash, try self.key(isRevoked: true))
        store.resume()
        for waiter in waiters { #expect(try await waiter.value == .active(key)) }
        clock.advance(by: .seconds(1))
        #expect(try await ring.find(hash) == .revoked(key.name))
        // A late waiter may have made a request of its own, but never two at a time.
        #expect(store.requests == 2)
    }

    @Test("after a key was forgotten, an earlier answer does not replace the later one")
    func forgotten() async throws {
        let key = try key()
        store.put(hash, key)
        store.pause()
        let first = Task { [ring, hash] in try await ring.find(hash) }
        try await eventually("the store is asked") { store.waiting == 1 }
        store.put(hash, try self.key(isRevoked: true))
        ring.forget(hash)
        let second = Task { [ring, hash] in try await ring.find(hash) }
        try await eventually("it is requested again") { store.waiting == 2 }
        store.resumeFirst()
        #expect(try await first.value == .active(key))
        #expect(ring.known(hash) == nil)
        store.resume()
        #expect(try await second.value == .revoked(key.name))
        #expect(ring.known(hash) == .revoked(key.name))
        #expect(store.requests == 2)
    }

    @Test("a flood of invented keys makes a bounded number of requests and evicts no existing key")
    func flood() async throws {
        let clock = clock
        var limits = KeyRingLimits()
        limits.requests = 2
        limits.capacity = 8
        let ring = KeyRing(store: store, limits: limits, now: { clock.now })
        let key = try key()
        store.put(hash, key)
        _ = try await ring.find(hash)
        for number in 100..<200 { #expect(try await ring.find(Self.hash(number)) == .unknown) }
        #expect(try await ring.find(hash) == .active(key))
        #expect(store.requests == 101)

        store.pause()
        let asking = try (200..<202).map { number in
            let hash = try Self.hash(number)
            return Task { try await ring.find(hash) }
        }
        try await eventually("both are requested") { store.waiting == 2 }
        let third = try Self.hash(300)
        await #expect(throws: ServiceFailure.systemBusy) { try await ring.find(third) }
        // A cached key is requested all the same.
        clock.advance(by: .seconds(3))
        let again = Task { [hash] in try await ring.find(hash) }
        try await eventually("it is requested") { store.waiting == 3 }
        store.resume()
        #expect(try await again.value == .active(key))
        for task in asking { #expect(try await task.value == .unknown) }
    }

    @Test("the cache is bounded")
    func bound() throws {
        var limits = KeyRingLimits()
        limits.capacity = 10
        var cache = KeyCache(limits: limits)
        for number in 0..<1_000 {
            cache.insert(try Self.hash(number), .init(reading: nil, requestedAt: clock.now))
            #expect(cache.count <= 10)
        }
    }

    @Test("an answer with another key's hash is not accepted")
    func otherHash() async throws {
        struct Wrong: APIKeyStore {
            let reading: APIKeyReading
            func find(_: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? { reading }
        }
        let reading = APIKeyReading(key: try key(), hash: try Self.hash(2), readAt: FakeStore.start)
        let ring = KeyRing(store: Wrong(reading: reading))
        await #expect(throws: ServiceFailure.self) { try await ring.find(hash) }
    }
}
