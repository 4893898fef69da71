import UseCases

/// Lets a few imports be at work at once, so that their tables do not fill the memory: each may hold some hundred MB.
actor ImportTurns {
    /// Imports at work. Those of one kind wait for one another in the database anyway.
    private static let limit = 2
    /// Imports that wait; their callers' bodies wait in the network.
    private static let waitingLimit = 16

    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Throws: `.systemBusy` when too many wait already; what `body` throws.
    nonisolated func take<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        try await begin()
        do {
            let value = try await body()
            await end()
            return value
        } catch {
            await end()
            throw error
        }
    }

    private func begin() async throws(ServiceFailure) {
        guard running >= Self.limit else {
            running += 1
            return
        }
        guard waiting.count < Self.waitingLimit else { throw .systemBusy }
        // Who has the place gives it on: `running` stays as it is.
        await withCheckedContinuation { waiting.append($0) }
    }

    private func end() {
        if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
    }
}
