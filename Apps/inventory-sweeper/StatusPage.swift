import ArgumentParser
import ServiceLifecycle
import Settings
import Telemetry

/// `/metrics` and `/health/*`, for as long as the rest runs.
struct StatusPage: Service {
    /// EX_UNAVAILABLE of sysexits.h.
    private static let unavailableStatus: Int32 = 69

    let server: StatusServer

    func run() async throws {
        do {
            try await withGracefulShutdownHandler {
                try await server.run()
            } onGracefulShutdown: {
                server.stop()
            }
        } catch let error as StatusServerError {
            writeToStandardError("error: METRICS_PORT: \(error)")
            throw ExitCode(Self.unavailableStatus)
        }
    }
}
