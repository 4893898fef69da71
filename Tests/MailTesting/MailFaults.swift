/// Where and how a mail server misbehaves. A step without an action succeeds.
public struct MailFaults: Sendable, Encodable {
    public enum Action: Sendable, Encodable, ExpressibleByStringLiteral {
        /// Sends nothing more.
        case hang
        /// Resets the connection.
        case cut
        /// `451 4.7.1 Later`; CRLF between several lines.
        case reply(String)

        public init(stringLiteral reply: String) { self = .reply(reply) }

        var text: String {
            switch self {
            case .hang: "hang"
            case .cut: "cut"
            case .reply(let text): text
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }

    /// Replaces the greeting; a reply closes the connection.
    public var greeting: Action?
    public var ehlo: Action?
    public var mail: Action?
    /// To every `MAIL FROM` of a connection but its first.
    public var laterMail: Action?
    /// Regular expressions searched in `TO:<address>`; the first match counts.
    public var rcpt: [(pattern: String, action: Action)] = []
    /// To the command.
    public var data: Action?
    /// After the message's first line.
    public var body: Action?
    /// After the final dot.
    public var message: Action?

    public init() {}

    /// Answers every command of an email with this action, like a broken server.
    public static func everywhere(_ action: Action) -> MailFaults {
        var faults = MailFaults()
        faults.mail = action
        faults.rcpt = [(".", action)]
        faults.data = action
        return faults
    }

    private enum Key: String, CodingKey {
        case greeting
        case ehlo
        case mail
        case laterMail
        case rcpt
        case data
        case body
        case message
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(greeting, forKey: .greeting)
        try container.encodeIfPresent(ehlo, forKey: .ehlo)
        try container.encodeIfPresent(mail, forKey: .mail)
        try container.encodeIfPresent(laterMail, forKey: .laterMail)
        try container.encode(rcpt.map { [$0.pattern, $0.action.text] }, forKey: .rcpt)
        try container.encodeIfPresent(data, forKey: .data)
        try container.encodeIfPresent(body, forKey: .body)
        try container.encodeIfPresent(message, forKey: .message)
    }
}
