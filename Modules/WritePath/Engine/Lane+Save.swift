import Logging
import Metrics
import PostgresClient
import UseCases

/// The save stage.
extension Lane {
    /// Saves the batch, and never answers an idempotency key twice. Either the load stage looked the keys up, or the insert
    /// of a key finds a repeated one. An answer that is not kept inserts nothing, so such a batch needs the look-up.
    func saveOnce(_ decision: BatchDecision, on connection: PostgresConnection) async throws(BatchFailure) {
        let keyed = decision.keyedCount
        let kept = keyed > 0 ? decision.answersToKeep() : []
        guard keyLookups.isOn || kept.count == keyed else {
            keyLookups.noteRepeated()
            throw .before(
                PostgresError(.server, "an idempotency key must be looked up", sqlState: "40001", wasSent: true))
        }
        do throws(BatchFailure) {
            try await save(decision, keeping: kept, on: connection)
        } catch {
            if keyed > 0 { keyLookups.noteRepeated() }
            throw error
        }
        if decision.hasRepeatedKeys { keyLookups.noteRepeated() } else { keyLookups.noteNew(keyed) }
    }

    private func save(
        _ decision: BatchDecision, keeping kept: [(key: RequestKey, answer: KeptAnswer)],
        on connection: PostgresConnection
    ) async throws(BatchFailure) {
        let save = BatchSave(decision.machine, keeping: kept)
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
                // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
                throw PostgresError(.server, "the server rolled back at COMMIT", sqlState: "40000", wasSent: true)
            }
        } catch {
            // After a statement that failed, the server skips the COMMIT behind it. After any other error the COMMIT may
            // have taken effect.
            if error.code == .server || !error.wasSent { throw .before(error) }
            engine.metrics.unknownCommits.increment()
            logger.warning(
                "the answer of a COMMIT was lost",
                metadata: ["lane": "\(name)", "cause": "\(error.operatorDescription)"]
            )
            do throws(BatchFailure) {
                try await resolve(
                    CommitFate(transaction: decision.transaction, machine: decision.machine), cause: error)
            } catch {
                if case .unknown = error { await cache.invalidate(BatchSave(decision.machine).publishedRecords()) }
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
