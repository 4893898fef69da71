import UseCases

/// Bounds concurrent imports, because each table may take a few hundred MB of memory.
actor ImportSlots {
    /// The most tables that are read at once. A slow upload keeps its slot until the connection times out.
    private static let readingLimit = 8
    /// The most imports that write to the database at once. Imports of one kind exclude each other there anyway.
    private static let importingLimit = 2
    /// How long a table waits for a slot to write: as long as a request waits for a lock by default (`LOCK_WAIT_MS`). After
    /// that, the caller gets 503 and the table must not be imported.
    private static let waitLimit = Duration.seconds(5)

    private var readers = 0
    private var importers = 0
    private var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    private var lastID = 0

    /// - Throws: `.systemBusy` when all slots are taken; what `body` throws.
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

    /// - Throws: `.systemBusy` when no slot becomes free in time; what `body` throws.
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
        // A finishing import hands its slot over, so `importers` does not change.
        return await withCheckedContinuation { continuation in
            waiting.append((id, continuation))
            Task {
                // This task is never cancelled, so the sleep never ends early.
                try? await Task.sleep(for: Self.waitLimit)
                timeOut(id)
            }
        }
    }

    private func timeOut(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: index).continuation.resume(returning: false)
    }

    private func endImporting() {
        if waiting.isEmpty { importers -= 1 } else { waiting.removeFirst().continuation.resume(returning: true) }
    }
}
