import Logging
import Metrics
import PostgresClient
import UseCases

/// The fourth stage.
extension Lane {
    /// Saves, and takes care that what was answered before under an idempotency key is found: by the look-up in load, or,
    /// where that was left out, by the insert of the key. An answer that is not kept inserts nothing.
    func saveOnce(_ desk: BatchDecision, on connection: PostgresConnection) async throws(BatchFailure) {
        let keyed = desk.keyedCount
        let kept = keyed > 0 ? desk.answersToKeep() : []
        guard keyLookups.isOn || kept.count == keyed else {
            keyLookups.noteOld()
            throw .before(PostgresError(.server, "a key has to be looked up", sqlState: "40001", wasSent: true))
        }
        do throws(BatchFailure) {
            try await save(desk, keeping: kept, on: connection)
        } catch {
            if keyed > 0 { keyLookups.noteOld() }
            throw error
        }
        if desk.hasOldKeys { keyLookups.noteOld() } else { keyLookups.noteNew(keyed) }
    }

    private func save(
        _ desk: BatchDecision, keeping kept: [(key: RequestKey, answer: KeptAnswer)], on connection: PostgresConnection
    ) async throws(BatchFailure) {
        let save = BatchSave(desk.machine, keeping: kept)
        guard !save.isEmpty else {
            try await send([PostgresQuery(BatchSave.commit)], on: connection)
            return
        }
        do throws(PostgresError) {
            let results = try await connection.pipeline(
                save.queries(),
                timeout: settings.stageTimeout
            )
            guard results.last?.commandTag == "COMMIT" else {
                // A COMMIT of a failed transaction is no error to PostgreSQL: it rolls back and says so.
                throw PostgresError(.server, "COMMIT was answered by a rollback", sqlState: "40000", wasSent: true)
            }
        } catch {
            // The server said no to a statement: the COMMIT behind it was skipped. Any other end leaves its fate open.
            if error.code == .server || !error.wasSent { throw .before(error) }
            engine.metrics.unknownCommits.increment()
            logger.warning(
                "the answer of a COMMIT was lost",
                metadata: ["lane": "\(name)", "cause": "\(error.operatorDescription)"]
            )
            do throws(BatchFailure) {
                try await resolve(CommitFate(transaction: desk.transaction, machine: desk.machine), cause: error)
            } catch {
                if case .unknown = error { await cache.invalidate(BatchSave(desk.machine).publishedRecords()) }
                throw error
            }
        }
    }

    @discardableResult
    func send(
        _ queries: [PostgresQuery],
        on connection: PostgresConnection
    ) async throws(BatchFailure) -> [PostgresResult] {
        do throws(PostgresError) {
            return try await connection.pipeline(queries, timeout: settings.stageTimeout)
        } catch {
            throw .before(error)
        }
    }
}
