import Synchronization
public import UseCases

/// A mailer's state for its health page.
public final class MailerStatus: Sendable {
    public struct Snapshot: Sendable {
        /// Why the mail server is unavailable; nil if the last attempt succeeded or none was made.
        public fileprivate(set) var serverTrouble: DeliveryReport.Delay?
        /// The outbox after the last pass; nil before the first.
        public fileprivate(set) var backlog: MailBacklog?
    }

    private let state = Mutex(Snapshot())

    init() {}

    public var snapshot: Snapshot { state.withLock { $0 } }

    func note(_ backlog: MailBacklog) { state.withLock { $0.backlog = backlog } }

    func note(serverTrouble: DeliveryReport.Delay?) { state.withLock { $0.serverTrouble = serverTrouble } }
}
