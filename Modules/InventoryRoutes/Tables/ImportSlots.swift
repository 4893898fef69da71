import UseCases

/// Lets a few imports be at work at once, so that their tables do not fill the memory: each may hold some hundred MB.
actor ImportSlots {
    /// Tables that are read at once. One whose caller is slow keeps its place as long as the connection lets it.
    private static let readingLimit = 8
    /// Imports in the database at once. Those of one kind wait for one another there anyway.
    private static let importingLimit = 2
    /// How long a table waits for its turn in the database: as long as a request for a lock (`LOCK_WAIT_MS`' default). It
    /// must not be taken in when its caller has been told something else.
    private static let patience = Duration.seconds(5)

    private var readers = 0
    private var importers = 0
    private var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    private var lastID = 0

    /// - Throws: `.systemBusy` when too many are read already; what `body` throws.
    nonisolated func reading<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        guard await beginReading() else { throw ServiceFailure.systemBusy }
        do {
            let value = try await body()
            await endReading()
            return value
        } catch {
            await endReading()
            throw error
        }
    }

    /// - Throws: `.systemBusy` when no turn was to be had in time; what `body` throws.
    nonisolated func importing<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        guard await beginImporting() else { throw ServiceFailure.systemBusy }
        do {
            let value = try await body()
            await endImporting()
            return value
        } catch {
            await endImporting()
            throw error
        }
    }

    private func beginReading() -> Bool {
        guard readers < Self.readingLimit else { return false }
        readers += 1
        return true
    }

    private func endReading() { readers -= 1 }

    private func beginImporting() async -> Bool {
        guard importers >= Self.importingLimit else {
            importers += 1
            return true
        }
        lastID += 1
        let id = lastID
        // Who has the place gives it on: `importers` stays as it is.
        return await withCheckedContinuation { continuation in
            waiting.append((id, continuation))
            Task {
                // Cancellation would end the sleep only; nobody cancels this task.
                try? await Task.sleep(for: Self.patience)
                giveUp(id)
            }
        }
    }

    private func giveUp(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: index).continuation.resume(returning: false)
    }

    private func endImporting() {
        if waiting.isEmpty { importers -= 1 } else { waiting.removeFirst().continuation.resume(returning: true) }
    }
}
