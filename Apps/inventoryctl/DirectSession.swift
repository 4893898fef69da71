import ArgumentParser
import PostgresClient
import Reactor
import Settings

/// One connection to the server itself, not through PgBouncer, for a command that runs and ends.
struct DirectSession {
    /// How long the database may take to appear (operations.md, *Programs*).
    private static let patience = Duration.seconds(30)

    let connection: PostgresConnection
    private let reactor: Reactor

    static func open(_ settings: DatabaseSettings) async throws -> DirectSession {
        let reactor = try Reactor(name: "reactor")
        let configuration = PostgresConfiguration(
            conninfo: settings.directURL, applicationName: "inventoryctl",
            usesPreparedStatements: settings.preparesStatements)
        let deadline = ContinuousClock.now + patience
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let connection = try await PostgresConnection.connect(configuration: configuration, reactor: reactor)
                return DirectSession(connection: connection, reactor: reactor)
            } catch {
                guard ContinuousClock.now + pause < deadline else {
                    writeToStandardError("error: the database cannot be reached: \(error.operatorDescription)")
                    throw Failure.unreachable
                }
                await reactor.sleep(for: pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
    }

    func close() async {
        await connection.close()
    }
}

/// How a command ends that cannot do its work.
enum Failure {
    /// EX_UNAVAILABLE of sysexits.h.
    static let unreachable = ExitCode(69)

    /// One line on standard error, and status 1.
    static func unusable(_ reason: String) -> ExitCode {
        writeToStandardError("error: \(reason)")
        return ExitCode(1)
    }
}
