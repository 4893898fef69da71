import ArgumentParser
import PostgresClient
import Programs
import Reactor
import Settings

/// One direct connection to the server, not through PgBouncer, for a one-off command.
struct DirectSession {
    let connection: PostgresConnection
    private let reactor: Reactor

    static func open(_ settings: DatabaseSettings) async throws -> DirectSession {
        let reactor = try Reactor(name: "reactor")
        let configuration = PostgresConfiguration(
            conninfo: settings.directURL, applicationName: "inventoryctl",
            usesPreparedStatements: settings.preparesStatements)
        let deadline = ContinuousClock.now + ServerTimeouts.start
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let connection = try await PostgresConnection.connect(configuration: configuration, reactor: reactor)
                return DirectSession(connection: connection, reactor: reactor)
            } catch {
                guard ContinuousClock.now + pause < deadline else {
                    writeToStandardError("error: the database cannot be reached: \(error.operatorDescription)")
                    throw ExitCode.unavailable
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

/// The exit codes of a command that fails.
enum Failure {
    /// Writes one line to standard error; returns status 1.
    static func unusable(_ reason: String) -> ExitCode {
        writeToStandardError("error: \(reason)")
        return ExitCode(1)
    }
}
