import Domain
import PostgresClient
import PostgresRows
import Reactor

/// Notifies mailers of new alerts, so that the first email leaves at once and not with the next poll.
///
/// A NOTIFY inside the transaction would hold a server-wide lock during its COMMIT. So it runs afterwards in its own
/// transaction, a few times a second at most. The mailers' poll covers a lost notification.
actor AlertNotifier {
    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// The pause between notifications: mailers hear of an alert within a second, at no cost to a flash sale.
    private static let pause = Duration.milliseconds(250)
    private static let notify = PostgresStatement("SELECT pg_notify('\(alertChannel)', '')")

    private nonisolated let reactor: Reactor
    private let client: PostgresClient
    private var isBusy = false
    private var isRequestedAgain = false

    /// - Parameter client: a pool whose connections are used exclusively; on a shared connection other queries would wait
    ///   for the notification's commit.
    init(reactor: Reactor, client: PostgresClient) {
        self.reactor = reactor
        self.client = client
    }

    /// Requests a notification; returns at once.
    func notifySoon() {
        guard !isBusy else {
            isRequestedAgain = true
            return
        }
        isBusy = true
        Task { await notifyWhileRequested() }
    }

    private func notifyWhileRequested() async {
        repeat {
            isRequestedAgain = false
            // The mailers' poll covers a failure.
            _ = try? await client.withConnection {
                try await $0.query(PostgresQuery(Self.notify), timeout: .seconds(5))
            }
            await reactor.sleep(for: Self.pause)
        } while isRequestedAgain
        isBusy = false
    }
}
