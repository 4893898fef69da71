import Basics
public import RedisClient
import Synchronization
public import UseCases

/// Leases in Redis, which several processes share: `inventory_lock:{inventory_id}`, a random token, `PX`.
///
/// A grant that comes after the caller has been told `.unavailable`, and a release that is not known to have arrived,
/// are given back as soon as the server can be spoken to; only a process that dies leaves its leases to run out.
public final class RedisLeaseStore: LeaseStore {
    /// How long a batch waits for Redis before it goes on without leases, or is refused. A healthy answer takes less than
    /// a millisecond; this is a tenth of what a request's caller notices as an outage.
    public static let answerLimit: Duration = .milliseconds(250)

    private let client: RedisClient
    private let limit: Duration
    private let lease: Duration
    private let process = LeaseToken.random().text
    private let owed = Mutex(PendingReleases())
    private let metrics = LeaseMetrics()

    /// Make it before the client is started: it arranges to give back what is owed on a new connection.
    /// - Parameter lease: how long a lease is good for when nobody gives it back (`LOCK_LEASE_MS`).
    public convenience init(client: RedisClient, lease: Duration) {
        self.init(client: client, lease: lease, limit: Self.answerLimit)
    }

    /// - Parameter limit: tests that are about something else wait longer, on machines that build meanwhile.
    init(client: RedisClient, lease: Duration, limit: Duration) {
        self.client = client
        self.limit = limit
        self.lease = lease
        client.preload(LeaseScripts.acquire, LeaseScripts.release)
        // Not before: a release that is refused while the connection is being prepared is owed too.
        client.onceConnected { [weak self] in self?.giveBackOwed() }
    }

    public func acquire(_ groups: [[LeaseKey]]) async -> LeaseGrant {
        metrics.counting(await grant(groups))
    }

    public func release(_ keys: [LeaseKey], token: LeaseToken) async {
        // A hot record's key comes once for each of its commands.
        giveBack(keys.count > 1 ? Array(Set(keys)) : keys, token: token)
    }

    private func grant(_ groups: [[LeaseKey]]) async -> LeaseGrant {
        let batch = LeaseBatch(groups)
        let token = LeaseToken.random()
        guard !batch.keys.isEmpty else { return .answered(granted: batch.spread([]), token: token, contended: []) }
        // Spares the work of making a call that would be refused.
        guard client.isConnected else { return .unavailable }
        do {
            let call = acquireCall(batch, token: token)
            let reply = try await client.run(LeaseScripts.acquire, call, timeout: limit)
            if let grant = Self.grant(batch, token: token, reply: reply) { return grant }
            giveBack(batch.keys, token: token)
        } catch .notConnected, .overloaded, .shutDown {
            // It was not sent.
        } catch {
            // It may have been granted, or be granted yet. Commands are run in order: this one comes after it.
            giveBack(batch.keys, token: token)
        }
        return .unavailable
    }

    private func acquireCall(_ batch: LeaseBatch, token: LeaseToken) -> RedisCommand {
        let count = batch.keys.count
        var call = LeaseScripts.acquire.call(
            keyCount: count + 1, argumentCount: 5 + batch.groups.count * 4, byteCount: 64 + count * 64)
        call.append(LeaseKey.waitingSign)
        for key in batch.keys { call.append(LeaseKey.lockPrefix, key.redisName) }
        call.append(process)
        call.append(token.text)
        call.append(max(1, lease.wholeMilliseconds))
        call.append(max(1, YieldRequest.life.wholeMilliseconds))
        call.append(batch.singleCount)
        for group in batch.groups {
            call.append(group.count)
            // Lua counts from one.
            for position in group { call.append(position + 1) }
        }
        return call
    }

    private static func grant(_ batch: LeaseBatch, token: LeaseToken, reply: RedisValue) -> LeaseGrant? {
        if reply == .integer(1), batch.groups.isEmpty {
            let all = Array(repeating: true, count: batch.answerCount)
            return .answered(granted: batch.spread(all), token: token, contended: [])
        }
        guard let parts = reply.array, parts.count == 2,
            let granted = parts[0].bytes, granted.count == batch.answerCount,
            let contended = parts[1].bytes, contended.isEmpty || contended.count == batch.keys.count
        else { return nil }
        var contendedKeys: Set<LeaseKey> = []
        for (key, flag) in zip(batch.keys, contended) where flag == UInt8(ascii: "1") { contendedKeys.insert(key) }
        return .answered(
            granted: batch.spread(granted.map { $0 == UInt8(ascii: "1") }), token: token, contended: contendedKeys)
    }
}

// MARK: - Giving back

extension RedisLeaseStore {
    private func giveBack(_ keys: [LeaseKey], token: LeaseToken) {
        var rest = keys[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(LeaseScripts.maximumKeysPerRelease))
            rest = rest.dropFirst(part.count)
            pay(PendingReleases.Debt(keys: part, token: token, until: .now + lease))
        }
    }

    private func pay(_ debt: PendingReleases.Debt) {
        client.post(LeaseScripts.release, releaseCall(debt.keys, token: debt.token), timeout: limit) { [self] result in
            if case .failure = result { owed.withLock { $0.add(debt, now: .now) } }
        }
    }

    private func giveBackOwed() {
        for debt in owed.withLock({ $0.takeAll(now: .now) }) { pay(debt) }
    }

    private func releaseCall(_ keys: [LeaseKey], token: LeaseToken) -> RedisCommand {
        var call = LeaseScripts.release.call(keyCount: keys.count, argumentCount: 1, byteCount: keys.count * 64)
        for key in keys { call.append(LeaseKey.lockPrefix, key.redisName) }
        call.append(process, token.text)
        return call
    }
}
