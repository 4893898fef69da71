import Domain
import Metrics
import RedisClient
import Synchronization
import UseCases

extension RedisStockCache {
    /// The first pause before dirty keys are settled on an open connection; it doubles up to `longestPause`.
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(1)

    /// Runs a script: on a new connection before callers' commands are admitted, or like any other command.
    typealias ScriptRunner = (RedisScript, RedisCommand) async throws(RedisError) -> RedisValue

    /// The states have arrived: their keys are no longer dirty.
    func didPublish(_ records: [InventoryRecord]) {
        dirty.withLock { dirty in
            guard !dirty.isClean else { return }
            dirty.settle(records.lazy.map { (key: $0.key, version: $0.version) })
            metrics.dirty.record(dirty.count)
        }
    }

    /// The states may not have arrived.
    func markDirty(_ records: [InventoryRecord]) {
        metrics.unpublished.increment(by: records.count)
        dirty.withLock { dirty in
            dirty.mark(records)
            metrics.dirty.record(dirty.count)
        }
        startSettling()
    }

    /// Settles in the background until nothing is dirty: a publication can get lost although the connection stays open,
    /// and a key can become dirty just after a new connection's hook has run. One task runs at a time.
    func startSettling() {
        let isFirst = isSettling.withLock { isSettling in
            defer { isSettling = true }
            return !isSettling
        }
        guard isFirst else { return }
        Task { [weak self] in
            var pause = Self.firstPause
            repeat {
                // Cancellation would only end the sleep, and this task is never cancelled.
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
            } while await self?.settleOnce() == false
        }
    }

    /// - Returns: whether the task is finished.
    private func settleOnce() async -> Bool {
        if client.isConnected {
            await settle { [client, limits] script, call throws(RedisError) in
                try await client.run(script, call, timeout: limits.settling)
            }
        }
        // Under both locks, so that the next caller that marks a key is either seen here or starts a task.
        return isSettling.withLock { isSettling in
            isSettling = !dirty.withLock { $0.isClean }
            return !isSettling
        }
    }

    /// Invalidates the whole cache if everything is dirty, and stores a tombstone for each dirty key. It ends at the first
    /// failure.
    func settle(_ run: ScriptRunner) async {
        do {
            try await invalidateAllIfNeeded(run)
            // Keys that become dirty meanwhile are left to the background task, or this loop might never end.
            var left = dirty.withLock { $0.count }
            while left > 0 {
                let portion = dirty.withLock { $0.prefix(CacheScripts.maximumRecordsPerCall) }
                guard !portion.isEmpty else { return }
                _ = try await run(CacheScripts.settle, settleCall(portion))
                dirty.withLock { dirty in
                    dirty.settle(portion)
                    metrics.dirty.record(dirty.count)
                }
                left -= portion.count
            }
        } catch {
            // The remaining keys stay dirty, and the background task tries again.
        }
    }

    func invalidateAllIfNeeded(_ run: ScriptRunner) async throws(RedisError) {
        let ticket = dirty.withLock { $0.isEverythingDirty ? $0.overflowTicket : nil }
        guard let ticket else { return }
        var call = CacheScripts.invalidateAll.call(keyCount: 2, argumentCount: 2)
        call.append(CacheKeys.epoch)
        call.append(CacheKeys.quarantine)
        call.append(CacheEpoch.random())
        call.append(Int(CacheEpoch.quarantine / .milliseconds(1)))
        _ = try await run(CacheScripts.invalidateAll, call)
        dirty.withLock { $0.didInvalidateAll(ticket) }
        metrics.invalidations.increment()
    }

    private func settleCall(_ keys: [(key: RecordKey, version: Int64)]) -> RedisCommand {
        var call = CacheScripts.settle.call(
            keyCount: keys.count * 2, argumentCount: 1 + keys.count * 2, byteCount: keys.count * 224)
        for (key, _) in keys { call.append(CacheKeys.record(key)) }
        for (key, _) in keys { call.append(CacheKeys.availability(key.product)) }
        call.append(life)
        for (key, version) in keys {
            call.append(EntryHeader(version: version, kind: .tombstone).bytes)
            CacheKeys.append(line: key.warehouse, to: &call)
        }
        return call
    }
}
