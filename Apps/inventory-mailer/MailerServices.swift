import Alerts
import ArgumentParser
import Logging
import PostgresClient
import Reactor
import ServiceLifecycle
import Settings
import Synchronization
import Telemetry
import UseCases

/// Sends until it is told to stop, called by the database's notices and by the clock.
struct Mailing: Service {
    let mailer: DigestMailer
    let notices: PostgresListener

    func run() async throws {
        let listening = Task { [mailer, notices] in
            // A new connection may have missed some: both are a reason to look.
            for await _ in notices { mailer.wake() }
        }
        await withGracefulShutdownHandler {
            await mailer.run()
        } onGracefulShutdown: {
            mailer.stop()
        }
        listening.cancel()
        await listening.value
    }
}

/// How a single run ended.
final class MailingOutcome: Sendable {
    private let status = Mutex<Int32?>(nil)

    var exitStatus: Int32? { status.withLock { $0 } }

    func end(with status: Int32) { self.status.withLock { $0 = status } }
}

/// Sends what waits now: `--once`.
struct MailingOnce: Service {
    /// EX_TEMPFAIL and EX_UNAVAILABLE of sysexits.h.
    private static let laterStatus: Int32 = 75
    private static let unavailableStatus: Int32 = 69

    let mailer: DigestMailer
    let outcome: MailingOutcome
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownHandler {
            await send()
        } onGracefulShutdown: {
            mailer.stop()
        }
    }

    private func send() async {
        do throws(ServiceFailure) {
            let pass = try await mailer.runOnce()
            logger.info(
                "done",
                metadata: ["sent": "\(pass.sent)", "failed": "\(pass.failed)", "left": "\(pass.left)"])
            if pass.failed + pass.left > 0 { outcome.end(with: Self.laterStatus) }
        } catch {
            logger.critical("the outbox cannot be used", metadata: ["cause": "\(error)"])
            outcome.end(with: Self.unavailableStatus)
        }
    }
}

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

/// Begins only when the database answers: gives up with a status of its own, and ends quietly when told to stop before.
struct WhenReachable: Service {
    /// How long the database may take to appear at the start (operations.md, *Programs*).
    private static let patience = Duration.seconds(30)
    /// EX_UNAVAILABLE of sysexits.h.
    private static let unavailableStatus: Int32 = 69

    let client: PostgresClient
    let logger: Logger
    let service: any Service

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await client.waitUntilReachable(for: Self.patience) }
        } catch let error as PostgresError {
            if Task.isShuttingDownGracefully || Task.isCancelled { return }
            logger.critical("the database cannot be reached", metadata: ["cause": "\(error.operatorDescription)"])
            throw ExitCode(Self.unavailableStatus)
        }
        guard !Task.isShuttingDownGracefully else { return }
        try await service.run()
    }
}
