package import Alerts
package import ArgumentParser
package import Logging
import Programs
import ServiceLifecycle
import Synchronization
import UseCases

/// Sends what waits now, then ends: `--once`.
package final class MailOnceService: Service {
    private let mailer: DigestMailer
    private let logger: Logger
    private let code = Mutex<ExitCode?>(nil)

    package init(_ mailer: DigestMailer, logger: Logger) {
        self.mailer = mailer
        self.logger = logger
    }

    /// Nil when everything was sent. `run()` does not throw it, so that the other services end in order first.
    package var exitCode: ExitCode? { code.withLock { $0 } }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await send()
        } onGracefulShutdown: { [mailer] in
            mailer.stop()
        }
    }

    private func send() async {
        do throws(ServiceFailure) {
            let pass = try await mailer.runOnce()
            logger.info(
                "done",
                metadata: ["sent": "\(pass.sent)", "failed": "\(pass.failed)", "left": "\(pass.left)"])
            if pass.failed + pass.left > 0 { code.withLock { $0 = .temporaryFailure } }
        } catch {
            logger.critical("the outbox cannot be used", metadata: ["cause": "\(error)"])
            code.withLock { $0 = .unavailable }
        }
    }
}
