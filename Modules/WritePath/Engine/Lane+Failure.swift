import Logging
import PostgresClient
import PostgresRows
import Reactor
import UseCases

/// How a run of a batch failed.
enum BatchFailure: Error {
    /// Before the COMMIT could have taken effect: nothing happened.
    case before(PostgresError)
    /// The COMMIT certainly did not take effect.
    case aborted(PostgresError)
    /// Whether the COMMIT took effect cannot be known.
    case unknown(PostgresError)
}

extension Lane {
    /// Leaves the connection clean, and says what is to become of the commands.
    func end(_ failure: BatchFailure, items: [QueuedCommand], on connection: PostgresConnection) async -> Run.End {
        switch failure {
        case .unknown(let error):
            logger.error(
                "the fate of a COMMIT cannot be known",
                metadata: ["lane": "\(name)", "commands": "\(items.count)", "cause": "\(error.operatorDescription)"])
            return .failed(.unavailable(cause: error.operatorDescription), items)
        case .aborted(let error):
            return .again(.unavailable(cause: error.operatorDescription), items)
        case .before(let error):
            if error.sqlState == "25006" {
                // A primary that was demoted: only a new connection can find the one that took its place.
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
            // Somebody else created the record first: the next load finds it.
            return .again(.systemBusy, items)
        }
        switch error.code {
        case .server:
            switch error.sqlStateClass {
            case "22", "23":
                logger.error(
                    "the database refused a value",
                    metadata: [
                        "lane": "\(name)", "commands": "\(items.count)", "cause": "\(error.operatorDescription)",
                    ])
                return .poisoned(items)
            case "40", "55":
                // Somebody was in the way; should it stay so, nothing was done and the caller may try again.
                return .again(.systemBusy, items)
            case "26", "0A":
                // A prepared statement that is no more, or whose tables have changed: the driver prepares it anew.
                return .again(.systemBusy, items)
            case "57", "53", "25":
                return .again(.unavailable(cause: error.operatorDescription), items)
            default:
                logger.error("batch failed", metadata: ["lane": "\(name)", "cause": "\(error.operatorDescription)"])
                return .failed(failure, items)
            }
        case .connectionLost, .closed, .timeout, .cannotConnect, .poolExhausted:
            return .again(failure, items)
        case .decoding, .protocolViolation:
            logger.error("batch failed", metadata: ["lane": "\(name)", "cause": "\(error.operatorDescription)"])
            return .failed(failure, items)
        }
    }

    /// A transaction that failed is rolled back; a connection that cannot do even that is dropped.
    private func cleanUp(_ connection: PostgresConnection) async {
        guard await connection.isOpen else { return await drop() }
        do throws(PostgresError) {
            try await connection.script("ROLLBACK", timeout: settings.stageTimeout)
        } catch {
            await drop()
        }
    }

    /// Asks on new connections what became of a COMMIT, until it is known or the time is over.
    func resolve(_ fate: CommitFate, cause: PostgresError) async throws(BatchFailure) {
        await drop()
        let deadline = ContinuousClock.now + settings.resolutionLimit
        while ContinuousClock.now < deadline {
            do throws(PostgresError) {
                let connection = try await connected()
                let results = try await connection.pipeline(fate.queries(), timeout: settings.stageTimeout)
                switch try fate.verdict(results) {
                case .committed:
                    logger.notice("the COMMIT had taken effect", metadata: ["lane": "\(name)"])
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
            await engine.reactor.sleep(for: pause(20...60))
        }
        throw .unknown(cause)
    }

    private static let abortedMark = "the COMMIT did not take effect"
    private static let unknownMark = "the COMMIT is forgotten"
}
