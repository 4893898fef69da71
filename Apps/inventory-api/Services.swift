import ArgumentParser
import HTTPTransport
import Logging
import PostgresClient
import PostgresDirectory
import PostgresReports
import ServiceLifecycle
import UnixSignals
import WritePath

// The parts of the process that run and end in an order.

/// Writes the attempts down until nothing can count any more.
struct Counting: Service {
    let tally: PostgresAttemptTally

    func run() async throws {
        await cancelWhenGracefulShutdown { await tally.run() }
    }
}

/// Learns which records there are before they are asked for; ends when it has.
struct ReadingAhead: Service {
    let directory: PostgresRecordDirectory
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let started = ContinuousClock.now
            let count = await directory.readAhead()
            logger.debug(
                "records read ahead", metadata: ["records": "\(count)", "took": "\(started.duration(to: .now))"])
        }
    }
}

/// Reads the certificate again at each SIGHUP.
struct Reloading: Service {
    let certificate: TLSCertificate
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            await certificate.reload(logger: logger)
        }
    }
}

/// Keeps the sums for reports up where no sweeper does, and an eye on the replica.
struct ReportUpkeep: Service {
    let readers: ReportReaders

    func run() async throws {
        await cancelWhenGracefulShutdown { await readers.run() }
    }
}

/// The engine as a service: it ends after the server, when the group cancels or shuts it down.
struct EngineService: Service {
    let engine: CommandEngine

    func run() async throws {
        await withGracefulShutdownHandler {
            await engine.run()
        } onGracefulShutdown: {
            Task { await engine.stop() }
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
