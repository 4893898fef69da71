package import Alerts
package import Telemetry
import UseCases

extension DigestMailer {
    /// Checks of the mail server and of the backlog. Neither is essential, because alerts wait in the outbox.
    package var healthChecks: [HealthCheck] {
        let mailer = self
        return [
            HealthCheck("smtp", isEssential: false) {
                guard let trouble = mailer.status.snapshot.serverTrouble else { return .ok }
                return .init(.down, detail: trouble.reason, note: trouble.reason)
            },
            HealthCheck("deliveries", isEssential: false) {
                guard let backlog = mailer.status.snapshot.backlog else { return .ok }
                var notes: [String] = []
                if backlog.failedDigests > 0 { notes.append("\(backlog.failedDigests) digests failed") }
                if backlog.alertsWithoutRecipients > 0 {
                    notes.append("\(backlog.alertsWithoutRecipients) alerts have no recipients")
                }
                return notes.isEmpty ? .ok : .init(.degraded, note: notes.joined(separator: "; "))
            },
        ]
    }
}
