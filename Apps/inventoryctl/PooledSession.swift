import ArgumentParser
import PostgresClient
import Programs
import Reactor
import Settings
import UseCases

/// A small connection pool for a one-off command.
enum PooledSession {
    /// - Parameter url: the address to use instead of `DATABASE_URL`.
    /// - Throws: an `ExitCode`, after writing a line to standard error.
    static func run(
        _ settings: DatabaseSettings, url: String? = nil, reactor: Reactor? = nil,
        _ body: (PostgresClient) async throws -> Void
    ) async throws {
        let configuration = PostgresConfiguration(
            conninfo: url ?? settings.url, applicationName: "inventoryctl",
            usesPreparedStatements: settings.preparesStatements)
        let client = PostgresClient(
            configuration: configuration, reactor: try reactor ?? Reactor(name: "reactor"), sharedConnections: 1,
            maximumConnections: 1)
        do {
            try await client.waitUntilReachable(for: ServerTimeouts.start)
        } catch {
            writeToStandardError("error: the database cannot be reached: \(error.operatorDescription)")
            throw ExitCode.unavailable
        }
        do {
            try await body(client)
        } catch let failure as ServiceFailure {
            await client.shutdown()
            throw Failure.unusable(failure)
        }
        await client.shutdown()
    }
}

extension Failure {
    /// Writes one line per error, and their number.
    private static func unusable(_ faults: RowFaults) -> ExitCode {
        for fault in faults.named {
            let column = fault.column.map { " \($0):" } ?? ""
            writeToStandardError("row \(fault.row):\(column) \(fault.message)")
        }
        let more = faults.count > faults.named.count ? ", of which the first \(faults.named.count) are shown" : ""
        return unusable("\(faults.count) errors\(more); nothing was changed")
    }

    /// Writes one readable line to standard error; returns status 1.
    fileprivate static func unusable(_ failure: ServiceFailure) -> ExitCode {
        switch failure {
        case .alreadyExists(let words), .notFound(let words): unusable(words)
        case .invalidRows(let faults): unusable(faults)
        case .systemBusy: unusable("another transaction holds some of these rows; please try again")
        default: unusable("\(failure)")
        }
    }
}
