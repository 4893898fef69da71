public import Domain

/// A rendered email: the same content as text and as HTML.
public struct Email: Hashable, Sendable {
    /// `<id@domain>`. The same in all attempts, so that a receiver can recognise a duplicate.
    public let messageID: String
    /// The sender's address.
    public let from: String
    /// The addresses of the `To` header: all recipients, including those that have already received the email.
    public let to: [String]
    /// Any text; the transport encodes it for the header.
    public let subject: String
    public let date: Instant
    public let text: String
    public let html: String

    public init(
        messageID: String, from: String, to: [String], subject: String, date: Instant, text: String, html: String
    ) {
        self.messageID = messageID
        self.from = from
        self.to = to
        self.subject = subject
        self.date = date
        self.text = text
        self.html = html
    }
}

/// The result of one attempt to deliver an email.
public struct DeliveryReport: Hashable, Sendable {
    /// Recipients for whom the server accepted the email.
    public var delivered: [String]
    /// Recipients that the server refused permanently (5xx to the recipient, the sender or the message), with its
    /// reply.
    public var refused: [Refusal]
    /// Why the recipients in neither list must be tried again later; nil if there are no such recipients.
    public var delay: Delay?

    public struct Refusal: Hashable, Sendable {
        public let recipient: String
        /// `550 5.1.1 No such user`
        public let words: String

        public init(recipient: String, words: String) {
            self.recipient = recipient
            self.words = words
        }
    }

    public struct Delay: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            /// The session was not established: name lookup, connection, TLS, greeting or authentication failed.
            case server
            /// The session failed for this email: a 4xx reply, or a lost connection.
            case email
        }

        public let kind: Kind
        /// For an operator: `SMTP: connection refused`, `451 4.7.1 Try again later`. Never a secret.
        public let words: String

        public init(_ kind: Kind, words: String) {
            self.kind = kind
            self.words = words
        }
    }

    public init(delivered: [String] = [], refused: [Refusal] = [], delay: Delay? = nil) {
        self.delivered = delivered
        self.refused = refused
        self.delay = delay
    }
}

/// Sends emails through a mail server.
public protocol EmailTransport: Sendable {
    /// Makes one attempt, within its own time limits; one email at a time. Never throws: the report has any error.
    ///
    /// If the task is cancelled, the attempt ends soon and is reported as a delay; the server may have accepted the
    /// email.
    /// - Parameter recipients: those of `email.to` that have not received it yet.
    func send(_ email: Email, to recipients: [String]) async -> DeliveryReport

    /// Checks the mail server without sending an email: connects, greets and authenticates.
    /// - Returns: nil if that succeeded, else the cause.
    func probe() async -> DeliveryReport.Delay?
}
