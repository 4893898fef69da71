import Synchronization
public import UseCases

/// How a mailer is doing, for its health page.
public final class MailerStatus: Sendable {
    public struct Snapshot: Sendable {
        /// Why the mail server cannot be written to; nil when the last try went well, or none was made.
        public fileprivate(set) var serverTrouble: DeliveryReport.Delay?
        /// The last look at the outbox; nil before the first.
        public fileprivate(set) var backlog: MailBacklog?
    }

    private let state = Mutex(Snapshot())

    init() {}

    public var snapshot: Snapshot { state.withLock { $0 } }

    func note(_ backlog: MailBacklog) { state.withLock { $0.backlog = backlog } }

    func note(serverTrouble: DeliveryReport.Delay?) { state.withLock { $0.serverTrouble = serverTrouble } }
}
