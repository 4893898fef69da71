package import Alerts
import ServiceLifecycle

/// Sends digests until the program is told to stop.
package struct MailService: Service {
    private let mailer: DigestMailer
    private let listen: @Sendable () async -> Void

    /// - Parameter listen: wakes the mailer when alerts are waiting, until its task is cancelled.
    package init(_ mailer: DigestMailer, listen: @escaping @Sendable () async -> Void) {
        self.mailer = mailer
        self.listen = listen
    }

    package func run() async throws {
        let listening = Task { [listen] in await listen() }
        await withGracefulShutdownHandler {
            await mailer.run()
        } onGracefulShutdown: {
            mailer.stop()
        }
        listening.cancel()
        await listening.value
    }
}
