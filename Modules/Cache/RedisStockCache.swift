public import Domain
import Metrics
public import RedisClient
import Synchronization
public import UseCases

/// The cache in Redis, which all processes share.
///
/// It guarantees that an entry never goes back to an older version, and that this process never reads a state older than
/// one it has committed, even if the publication failed. Three cases can leave an old entry until its life ends: a process
/// that died between commit and publication, a Redis restored from an old snapshot, and a write by another process whose
/// Redis connection is down. After a restart Redis is empty, and every read is a miss. No decision depends on the cache,
/// so the worst result is an old figure on a page, never a unit sold twice.
public final class RedisStockCache: StockCache {
    /// How long a writer or a reader waits for Redis before it continues without the cache.
    public static let answerLimit: Duration = .milliseconds(50)

    /// The time limits. Tests of something else set longer ones, because their machine may be busy.
    struct Limits {
        var answer = RedisStockCache.answerLimit
        /// For each step of settling; no request waits for it.
        var settling: Duration = .seconds(1)
    }

    let client: RedisClient
    let limits: Limits
    let metrics = CacheMetrics()
    let dirty: Mutex<DirtyKeys>
    let isSettling = Mutex(false)
    /// The life of entries, in milliseconds.
    let life: Int
    /// The last known epoch. Entries are sent with it, and stored as they are if it is still current.
    private let lastEpoch: Mutex<[UInt8]>

    /// Create it before the client is started: it adds a hook that settles dirty keys on a new connection.
    /// - Parameter life: the life of entries (`CACHE_TTL_SECONDS`).
    public convenience init(client: RedisClient, life: Duration) {
        self.init(client: client, life: life, maximumDirtyKeys: DirtyKeys.maximumKeys)
    }

    init(client: RedisClient, life: Duration, maximumDirtyKeys: Int, limits: Limits = Limits()) {
        self.client = client
        self.limits = limits
        self.life = max(1, Int(life / .milliseconds(1)))
        dirty = Mutex(DirtyKeys(maximumKeys: maximumDirtyKeys))
        lastEpoch = Mutex(Array(CacheEpoch.random().utf8))
        client.preload(
            CacheScripts.publish, CacheScripts.fill, CacheScripts.fillAvailability, CacheScripts.settle,
            CacheScripts.invalidateAll)
        client.whenConnected { [weak self] session in
            await self?.settle { script, call throws(RedisError) in
                try await session.run(script, call, timeout: limits.settling)
            }
        }
    }

    public func publish(_ records: [InventoryRecord], created: Set<RecordKey>) async {
        let deadline = ContinuousClock.now + limits.answer
        var newest = newest(records)
        if !created.isEmpty { _ = newest.partition { !created.contains($0.key) } }
        var rest = newest[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(CacheScripts.maximumRecordsPerCall))
            rest = rest.dropFirst(part.count)
            do {
                let call = publishCall(part, created)
                let answer = try await client.run(CacheScripts.publish, call, timeout: deadline - .now)
                if let epoch = answer.bytes, epoch.count == CacheEpoch.length {
                    lastEpoch.withLock { $0 = epoch }
                }
                didPublish(part)
            } catch {
                markDirty(part)
            }
        }
    }

    public func invalidate(_ records: [InventoryRecord]) async {
        markDirty(newest(records))
    }

    public func invalidateAll() async {
        dirty.withLock { dirty in
            dirty.markEverything()
            metrics.dirty.record(dirty.count)
        }
        try? await invalidateAllIfNeeded { [client, limits] script, call throws(RedisError) in
            try await client.run(script, call, timeout: limits.answer)
        }
        if !dirty.withLock({ $0.isClean }) { startSettling() }
    }

    public func fill(_ records: [InventoryRecord]) async {
        var rest = newest(records)[...]
        while !rest.isEmpty {
            let part = rest.prefix(CacheScripts.maximumRecordsPerCall)
            rest = rest.dropFirst(part.count)
            var call = CacheScripts.fill.call(
                keyCount: part.count + 2, argumentCount: part.count + 2, byteCount: part.count * 256)
            call.append(CacheKeys.epoch)
            call.append(CacheKeys.quarantine)
            for record in part { call.append(CacheKeys.record(record.key)) }
            call.append(CacheEpoch.random())
            call.append(life)
            for record in part { call.append(RecordEntry.encode(record)) }
            client.post(CacheScripts.fill, call, timeout: limits.answer)
        }
    }

    private func publishCall(_ records: [InventoryRecord], _ created: Set<RecordKey>) -> RedisCommand {
        let count = records.count
        var call = CacheScripts.publish.call(
            keyCount: 1 + 2 * count, argumentCount: 4 + 3 * count, byteCount: count * 400)
        let epoch = lastEpoch.withLock { $0 }
        call.append(CacheKeys.epoch)
        for record in records { CacheKeys.append(record.key, to: &call) }
        for record in records { CacheKeys.append(availability: record.key.product, to: &call) }
        call.append(CacheEpoch.random())
        call.append(life)
        // The new ones come first.
        call.append(created.isEmpty ? 0 : records.prefix { created.contains($0.key) }.count)
        call.append(epoch)
        for record in records { call.append(RecordEntry.encode(record, epoch: epoch)) }
        for record in records {
            CacheKeys.append(line: record.key.warehouse, to: &call)
            call.append(AvailabilityEntry.encode(AvailabilityEntry.line(of: record)))
        }
        return call
    }

    /// The newest state of each key: a script reads the stored values once, before it stores anything.
    private func newest(_ records: [InventoryRecord]) -> [InventoryRecord] {
        guard records.count > 1 else { return records }
        var positions: [RecordKey: Int] = [:]
        var newest: [InventoryRecord] = []
        for record in records {
            if let position = positions[record.key] {
                if newest[position].version < record.version { newest[position] = record }
            } else {
                positions[record.key] = newest.count
                newest.append(record)
            }
        }
        return newest
    }
}
