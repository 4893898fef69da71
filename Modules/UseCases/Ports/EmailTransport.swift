public import Domain

/// A finished email: text and HTML of the same content.
public struct Email: Hashable, Sendable {
    /// Stable over all tries, so that a receiver can recognise one that it has already: `<id@domain>`.
    public let messageID: String
    /// The sender's address.
    public let from: String
    /// The addresses of the `To` header: everybody, also those who have it already.
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

/// What became of one try to hand an email over.
public struct DeliveryReport: Hashable, Sendable {
    /// Recipients for whom the server has taken the email.
    public var delivered: [String]
    /// Recipients that the server refuses for good (5xx to the recipient, the sender or the message), with its words.
    public var refused: [Refusal]
    /// Recipients for whom it may go better later are those in neither list; this says why. Nil when there is none.
    public var delay: Delay?

    public struct Refusal: Hashable, Sendable {
        public let recipient: String
        /// `550 5.1.1 No such user`
        public let reason: String

        public init(recipient: String, reason: String) {
            self.recipient = recipient
            self.reason = reason
        }
    }

    public struct Delay: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            /// No conversation came about: the name, the connection, TLS, the greeting, the sign-in.
            case server
            /// The conversation failed for this email: a 4xx, or a line that broke in it.
            case email
        }

        public let kind: Kind
        /// For an operator: `SMTP: connection refused`, `451 4.7.1 Try again later`. Never a secret.
        public let reason: String

        public init(_ kind: Kind, reason: String) {
            self.kind = kind
            self.reason = reason
        }
    }

    public init(delivered: [String] = [], refused: [Refusal] = [], delay: Delay? = nil) {
        self.delivered = delivered
        self.refused = refused
        self.delay = delay
    }
}

/// Hands emails to a mail server.
public protocol EmailTransport: Sendable {
    /// Tries once, within bounds of time of its own; one email at a time. Never throws: the report tells.
    ///
    /// When the task is cancelled the try is broken off soon and reported as a delay; the server may have the email.
    /// - Parameter recipients: who is to get it: those of `email.to` who do not have it yet.
    func send(_ email: Email, to recipients: [String]) async -> DeliveryReport

    /// Talks to the mail server without an email: connects, greets, signs in.
    /// - Returns: nil when the server could be written to, else why not.
    func probe() async -> DeliveryReport.Delay?
}
