import ArgumentParser
import PostgresClient
import Reactor
import Settings
import UseCases

/// A few connections for a command that runs and ends.
enum PooledSession {
    /// How long the database may take to appear (operations.md, *Programs*).
    private static let patience = Duration.seconds(30)

    /// - Throws: an `ExitCode`, after a line on standard error.
    /// - Parameter url: where, instead of `DATABASE_URL`.
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
            try await client.waitUntilReachable(for: patience)
        } catch {
            writeToStandardError("error: the database cannot be reached: \(error.operatorDescription)")
            throw Failure.unreachable
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
    /// A line a fault, and how many there are.
    private static func unusable(_ faults: RowFaults) -> ExitCode {
        for fault in faults.named {
            let column = fault.column.map { " \($0):" } ?? ""
            writeToStandardError("row \(fault.row):\(column) \(fault.message)")
        }
        let more = faults.count > faults.named.count ? ", the first \(faults.named.count) of which are named" : ""
        return unusable("\(faults.count) faults\(more); nothing was changed")
    }

    /// One line in a person's words on standard error, and status 1.
    fileprivate static func unusable(_ failure: ServiceFailure) -> ExitCode {
        switch failure {
        case .alreadyExists(let words), .notFound(let words): unusable(words)
        case .invalidRows(let faults): unusable(faults)
        case .systemBusy: unusable("somebody else holds rows of it; please try again")
        default: unusable("\(failure)")
        }
    }
}
