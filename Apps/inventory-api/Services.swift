import HTTPTransport
import Logging
import PostgresDirectory
import ServiceLifecycle
import UnixSignals

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
