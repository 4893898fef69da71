import Domain
import Metrics
import RedisClient
import Synchronization
import UseCases

extension RedisStockCache {
    /// The first pause before dirty keys are settled where the connection stands; it doubles up to `longestPause`.
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(1)

    /// How a script is run: on a new connection ahead of everybody, or like any other command.
    typealias Runner = (RedisScript, RedisCommand) async throws(RedisError) -> RedisValue

    /// The states have arrived, which also settles what was dirty of them.
    func settled(_ records: [InventoryRecord]) {
        dirty.withLock { dirty in
            guard !dirty.isClean else { return }
            dirty.settle(records.lazy.map { (key: $0.key, version: $0.version) })
            metrics.dirty.record(dirty.count)
        }
    }

    /// The states may not have arrived.
    func unsettled(_ records: [InventoryRecord]) {
        metrics.unpublished.increment(by: records.count)
        dirty.withLock { dirty in
            dirty.mark(records)
            metrics.dirty.record(dirty.count)
        }
        settleSoon()
    }

    /// Settles in the background until nothing is dirty: a publication can get lost on a connection that stands, and a
    /// key become dirty just after a new connection's hook has run. One task at a time.
    func settleSoon() {
        let isFirst = isSettling.withLock { isSettling in
            defer { isSettling = true }
            return !isSettling
        }
        guard isFirst else { return }
        Task { [weak self] in
            var pause = Self.firstPause
            repeat {
                // Cancellation would end the sleep only; nobody cancels this task.
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
            } while await self?.settleOnce() == false
        }
    }

    /// - Returns: whether the task is over.
    private func settleOnce() async -> Bool {
        if client.isConnected {
            await settle { [client, limits] script, call throws(RedisError) in
                try await client.run(script, call, timeout: limits.settling)
            }
        }
        // Inside the other lock, so that who marks a key next either is seen here or starts a task.
        return isSettling.withLock { isSettling in
            isSettling = !dirty.withLock { $0.isClean }
            return !isSettling
        }
    }

    /// Voids everything if it must, and writes a tombstone for each key that is dirty; ends at the first failure.
    func settle(_ run: Runner) async {
        do {
            try await voidIfNeeded(run)
            // What becomes dirty meanwhile is the background task's, or this would not have to end.
            var left = dirty.withLock { $0.count }
            while left > 0 {
                let portion = dirty.withLock { $0.portion(upTo: CacheScripts.maximumRecordsPerCall) }
                guard !portion.isEmpty else { return }
                _ = try await run(CacheScripts.settle, settleCall(portion))
                dirty.withLock { dirty in
                    dirty.settle(portion)
                    metrics.dirty.record(dirty.count)
                }
                left -= portion.count
            }
        } catch {
            // Everything unsettled stays dirty, and the background task comes back to it.
        }
    }

    func voidIfNeeded(_ run: Runner) async throws(RedisError) {
        let ticket = dirty.withLock { $0.isEverythingDirty ? $0.overflowTicket : nil }
        guard let ticket else { return }
        var call = CacheScripts.void.call(keyCount: 2, argumentCount: 2)
        call.append(CacheKeys.epoch)
        call.append(CacheKeys.quarantine)
        call.append(CacheEpoch.random())
        call.append(Int(CacheEpoch.quarantine / .milliseconds(1)))
        _ = try await run(CacheScripts.void, call)
        dirty.withLock { $0.didVoid(ticket) }
        metrics.voids.increment()
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
