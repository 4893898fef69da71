public import RedisClient
import Synchronization
public import UseCases

/// Leases in Redis, shared by all processes: the key `inventory_lock:{inventory_id}`, a random token, and `PX`.
///
/// After a grant that comes later than the answer limit, and after a release that may not have arrived, the store releases
/// the leases as soon as Redis can be reached. Only a process that dies leaves its leases to expire.
public final class RedisLeaseStore: LeaseStore {
    /// How long a batch waits for Redis before it continues without leases or is refused. A healthy reply takes less than a
    /// millisecond; a caller notices an outage after ten times this limit.
    public static let answerLimit: Duration = .milliseconds(250)

    private let client: RedisClient
    private let limit: Duration
    private let lease: Duration
    private let process = LeaseToken.random().text
    private let pendingReleases = Mutex(PendingReleases())
    private let metrics = LeaseMetrics()

    /// Create it before the client is started: it adds a handler that releases pending leases on a new connection.
    /// - Parameter lease: how long a lease lasts unless it is released (`LOCK_LEASE_MS`).
    public convenience init(client: RedisClient, lease: Duration) {
        self.init(client: client, lease: lease, limit: Self.answerLimit)
    }

    /// - Parameter limit: tests of something else set a longer one, because their machine may be busy.
    init(client: RedisClient, lease: Duration, limit: Duration) {
        self.client = client
        self.limit = limit
        self.lease = lease
        client.preload(LeaseScripts.acquire, LeaseScripts.release)
        // Not in a hook: a release that is refused while the hooks run becomes pending too.
        client.whenReady { [weak self] in self?.releasePending() }
    }

    public func acquire(_ groups: [[LeaseKey]]) async -> LeaseGrant {
        metrics.counting(await grant(groups))
    }

    public func release(_ keys: [LeaseKey], token: LeaseToken) async {
        // A hot record's key comes once for each of its commands.
        releaseNow(keys.count > 1 ? Array(Set(keys)) : keys, token: token)
    }

    private func grant(_ groups: [[LeaseKey]]) async -> LeaseGrant {
        let batch = LeaseBatch(groups)
        let token = LeaseToken.random()
        guard !batch.keys.isEmpty else { return .answered(granted: batch.expand([]), token: token, contended: []) }
        // Saves the work of building a call that would be refused.
        guard client.isConnected else { return .unavailable }
        do {
            let call = acquireCall(batch, token: token)
            let reply = try await client.run(LeaseScripts.acquire, call, timeout: limit)
            if let grant = Self.grant(batch, token: token, reply: reply) { return grant }
            releaseNow(batch.keys, token: token)
        } catch .notConnected, .overloaded, .shutDown {
            // The call was not sent.
        } catch {
            // Redis may have granted the leases, or may do so later. Commands run in order, so the release comes after.
            releaseNow(batch.keys, token: token)
        }
        return .unavailable
    }

    private func acquireCall(_ batch: LeaseBatch, token: LeaseToken) -> RedisCommand {
        let count = batch.keys.count
        var call = LeaseScripts.acquire.call(
            keyCount: count + 1, argumentCount: 5 + batch.groups.count * 4, byteCount: 64 + count * 64)
        call.append(LeaseKey.yieldRequestFlag)
        for key in batch.keys { call.append(LeaseKey.lockPrefix, key.redisName) }
        call.append(process)
        call.append(token.text)
        call.append(lease.wholeMilliseconds)
        call.append(YieldRequest.life.wholeMilliseconds)
        call.append(batch.singleCount)
        for group in batch.groups {
            call.append(group.count)
            // Lua's arrays start at one.
            for position in group { call.append(position + 1) }
        }
        return call
    }

    private static func grant(_ batch: LeaseBatch, token: LeaseToken, reply: RedisValue) -> LeaseGrant? {
        if reply == .integer(1), batch.groups.isEmpty {
            let all = Array(repeating: true, count: batch.answerCount)
            return .answered(granted: batch.expand(all), token: token, contended: [])
        }
        guard let parts = reply.array, parts.count == 2,
            let granted = parts[0].bytes, granted.count == batch.answerCount,
            let contended = parts[1].bytes, contended.isEmpty || contended.count == batch.keys.count
        else { return nil }
        var contendedKeys: Set<LeaseKey> = []
        for (key, flag) in zip(batch.keys, contended) where flag == UInt8(ascii: "1") { contendedKeys.insert(key) }
        return .answered(
            granted: batch.expand(granted.map { $0 == UInt8(ascii: "1") }), token: token, contended: contendedKeys)
    }
}

// MARK: - Releasing

extension RedisLeaseStore {
    private func releaseNow(_ keys: [LeaseKey], token: LeaseToken) {
        var rest = keys[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(LeaseScripts.maximumKeysPerRelease))
            rest = rest.dropFirst(part.count)
            post(PendingReleases.Entry(keys: part, token: token, until: .now + lease))
        }
    }

    private func post(_ entry: PendingReleases.Entry) {
        let call = releaseCall(entry.keys, token: entry.token)
        client.post(LeaseScripts.release, call, timeout: limit) { [self] result in
            if case .failure = result { pendingReleases.withLock { $0.add(entry, now: .now) } }
        }
    }

    private func releasePending() {
        for entry in pendingReleases.withLock({ $0.takeAll(now: .now) }) { post(entry) }
    }

    private func releaseCall(_ keys: [LeaseKey], token: LeaseToken) -> RedisCommand {
        var call = LeaseScripts.release.call(keyCount: keys.count, argumentCount: 1, byteCount: keys.count * 64)
        for key in keys { call.append(LeaseKey.lockPrefix, key.redisName) }
        call.append(process, token.text)
        return call
    }
}
