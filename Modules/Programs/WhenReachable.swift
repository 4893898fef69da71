import ArgumentParser
package import Logging
package import PostgresClient
package import ServiceLifecycle

/// Starts a service once the database answers.
package struct WhenReachable: Service {
    private let client: PostgresClient
    private let logger: Logger
    private let service: any Service

    package init(client: PostgresClient, logger: Logger, service: any Service) {
        self.client = client
        self.logger = logger
        self.service = service
    }

    /// Returns without starting the service when the program is told to stop before the database answers.
    /// - Throws: `ExitCode.unavailable` when the database does not answer within `ServerTimeouts.start`; what the service throws.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await client.waitUntilReachable(for: ServerTimeouts.start) }
        } catch let error as PostgresError {
            if Task.isShuttingDownGracefully || Task.isCancelled { return }
            logger.critical("the database cannot be reached", metadata: ["cause": "\(error.operatorDescription)"])
            throw ExitCode.unavailable
        }
        guard !Task.isShuttingDownGracefully else { return }
        try await service.run()
    }
}
