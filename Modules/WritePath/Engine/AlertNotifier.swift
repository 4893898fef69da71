import Domain
import PostgresClient
import PostgresRows
import Reactor

/// Tells mailers that alerts are waiting, so that the first email leaves at once and not with the next poll.
///
/// A NOTIFY inside the transaction would take a lock of the whole server through its COMMIT. So it is sent afterwards, by
/// itself, and a few times a second at most; one that is lost is made good by the mailers' poll.
actor AlertNotifier {
    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// Between two notifications: procurement is told within a second, and a flash sale does not notice.
    private static let pause = Duration.milliseconds(250)
    private static let notify = PostgresStatement("SELECT pg_notify('\(alertChannel)', '')")

    private nonisolated let reactor: Reactor
    private let client: PostgresClient
    private var isBusy = false
    private var isRungAgain = false

    /// - Parameter client: has connections to lend. Not a shared one, on which everybody would wait for the notification's
    ///   own commit.
    init(reactor: Reactor, client: PostgresClient) {
        self.reactor = reactor
        self.client = client
    }

    /// Returns at once.
    func ring() {
        guard !isBusy else {
            isRungAgain = true
            return
        }
        isBusy = true
        Task { await notifyWhileRung() }
    }

    private func notifyWhileRung() async {
        repeat {
            isRungAgain = false
            // A failure is for the poll to make good.
            _ = try? await client.withConnection {
                try await $0.query(PostgresQuery(Self.notify), timeout: .seconds(5))
            }
            await reactor.sleep(for: Self.pause)
        } while isRungAgain
        isBusy = false
    }
}
