import Logging
import PostgresClient
import PostgresRows
import Reactor
import UseCases

/// How a run of a batch failed.
enum BatchFailure: Error {
    /// Failed before the COMMIT could take effect.
    case before(PostgresError)
    /// The COMMIT certainly did not take effect.
    case aborted(PostgresError)
    /// It is unknown whether the COMMIT took effect.
    case unknown(PostgresError)
}

extension Lane {
    /// Cleans up the connection and decides how the run ends for its commands.
    func end(_ failure: BatchFailure, items: [QueuedCommand], on connection: PostgresConnection) async -> Run.End {
        switch failure {
        case .unknown(let error):
            logger.error(
                "cannot find out whether a COMMIT took effect",
                metadata: ["lane": "\(name)", "commands": "\(items.count)", "cause": "\(error.operatorDescription)"])
            return .failed(.unavailable(cause: error.operatorDescription), items)
        case .aborted(let error):
            return .retry(.unavailable(cause: error.operatorDescription), items)
        case .before(let error):
            if error.sqlState == "25006" {
                // A demoted primary: only a new connection can find its successor.
                await drop()
            } else {
                await cleanUp(connection)
            }
            return fate(of: items, error)
        }
    }

    private func fate(of items: [QueuedCommand], _ error: PostgresError) -> Run.End {
        let failure = ServiceFailure(error)
        if error.constraint == "inventory_product_warehouse" {
            // Another transaction created the record first; the next load finds it.
            return .retry(.systemBusy, items)
        }
        switch error.code {
        case .server:
            switch error.sqlStateClass {
            case "22", "23":
                logger.error(
                    "the database rejected a value",
                    metadata: [
                        "lane": "\(name)", "commands": "\(items.count)", "cause": "\(error.operatorDescription)",
                    ])
                return .valueRejected(items)
            case "40", "55":
                // A conflict with another transaction. If it persists, the caller may retry: nothing was changed.
                return .retry(.systemBusy, items)
            case "26", "0A":
                // The prepared statement is gone or its tables have changed; the driver prepares it again.
                return .retry(.systemBusy, items)
            case "57", "53", "25":
                return .retry(.unavailable(cause: error.operatorDescription), items)
            default:
                logger.error("batch failed", metadata: ["lane": "\(name)", "cause": "\(error.operatorDescription)"])
                return .failed(failure, items)
            }
        case .connectionLost, .closed, .timeout, .cannotConnect, .poolExhausted:
            return .retry(failure, items)
        case .decoding, .protocolViolation:
            logger.error("batch failed", metadata: ["lane": "\(name)", "cause": "\(error.operatorDescription)"])
            return .failed(failure, items)
        }
    }

    /// Rolls back the failed transaction; drops the connection if that fails too.
    private func cleanUp(_ connection: PostgresConnection) async {
        guard await connection.isOpen else { return await drop() }
        do throws(PostgresError) {
            try await connection.script("ROLLBACK", timeout: settings.stageTimeout)
        } catch {
            await drop()
        }
    }

    /// Asks on new connections whether a COMMIT took effect, until the server knows or `resolutionLimit` has passed.
    func resolve(_ fate: CommitFate, cause: PostgresError) async throws(BatchFailure) {
        await drop()
        let deadline = ContinuousClock.now + settings.resolutionLimit
        while ContinuousClock.now < deadline {
            do throws(PostgresError) {
                let connection = try await connected()
                let results = try await connection.pipeline(fate.queries(), timeout: settings.stageTimeout)
                switch try fate.verdict(results) {
                case .committed:
                    logger.notice("the COMMIT took effect", metadata: ["lane": "\(name)"])
                    return
                case .aborted:
                    throw PostgresError(.closed, Self.abortedMark)
                case .unknown:
                    throw PostgresError(.closed, Self.unknownMark)
                case .inProgress:
                    break
                }
            } catch {
                if error.message == Self.abortedMark || CommitFate.isFromTheFuture(error) { throw .aborted(cause) }
                if error.message == Self.unknownMark { throw .unknown(cause) }
                await drop()
            }
            await engine.reactor.sleep(for: randomPause(20...60))
        }
        throw .unknown(cause)
    }

    private static let abortedMark = "the COMMIT did not take effect"
    private static let unknownMark = "the server no longer knows the COMMIT"
}
