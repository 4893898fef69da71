import Metrics
import UseCases

/// A mailer's metrics. All durations are in seconds.
struct MailerMetrics: Sendable {
    let passes = Counter(label: "inventory_mailer_passes_total", dimensions: [("outcome", "done")])
    let brokenPasses = Counter(label: "inventory_mailer_passes_total", dimensions: [("outcome", "failed")])
    let sent = Counter(label: "inventory_mailer_digests_total", dimensions: [("outcome", "sent")])
    let retried = Counter(label: "inventory_mailer_digests_total", dimensions: [("outcome", "retried")])
    let failed = Counter(label: "inventory_mailer_digests_total", dimensions: [("outcome", "failed")])
    /// Alerts in digests that all recipients have received.
    let alertsSent = Counter(label: "inventory_mailer_alerts_sent_total")
    /// One attempt, from rendering to the server's last reply.
    let sending = Metrics.Timer(label: "inventory_mailer_send_seconds")
    private let waitingAlerts = Gauge(label: "inventory_mailer_waiting_alerts")
    private let unaddressedAlerts = Gauge(label: "inventory_mailer_unaddressed_alerts")
    private let queuedDigests = Gauge(label: "inventory_mailer_queued_digests")
    private let failedDigests = Gauge(label: "inventory_mailer_failed_digests")
    private let serverIsUp = Gauge(label: "inventory_mailer_server_up")

    func record(_ backlog: MailBacklog) {
        waitingAlerts.record(backlog.alerts)
        unaddressedAlerts.record(backlog.alertsWithoutRecipients)
        queuedDigests.record(backlog.queuedDigests)
        failedDigests.record(backlog.failedDigests)
    }

    func recordServer(isUp: Bool) { serverIsUp.record(isUp ? 1 : 0) }
}
