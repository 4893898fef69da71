/// A mail server's replies to each command, parsed from the bytes of the conversation that libcurl reports.
///
/// Does no I/O. A chunk may hold part of a line or several lines. Of the bytes sent only the command's name is kept,
/// and during sign-in not even that.
struct SMTPTranscript: Hashable, Sendable {
    /// The stage of the conversation.
    enum Phase: Hashable, Sendable {
        /// Before `MAIL FROM`: connecting, TLS, greeting, sign-in.
        case opening
        /// After `MAIL FROM`, before the message.
        case envelope
        /// The server asked for the message and has not replied to it yet.
        case message
        /// The server has accepted or refused the message.
        case judged
    }

    private enum Command: Hashable, Sendable {
        case mail
        case recipient
        case data
        case message
        case authentication
        case quit
        case other
    }

    private(set) var phase = Phase.opening
    /// To `MAIL FROM`.
    private(set) var sender: SMTPReply?
    /// To each `RCPT TO`, in their order; fewer than recipients if the connection broke.
    private(set) var recipients: [SMTPReply] = []
    /// To the message, or to a `DATA` that was refused.
    private(set) var message: SMTPReply?
    /// The last refusal before `MAIL FROM`: of greeting, `EHLO`, `STARTTLS` or `AUTH`.
    private(set) var openingRefusal: SMTPReply?
    /// The email is done; only the reply to QUIT may be outstanding.
    private(set) var hasSaidQuit = false

    /// Sign-in secrets that a server might echo and that must not be shown.
    private let secrets: [String]
    /// Commands without a reply, oldest first. libcurl sends one at a time.
    private var unanswered: [Command] = []
    /// The first letters of the command being sent, until they identify it.
    private var verb: [UInt8] = []
    private var isVerbKnown = false
    private var line: [UInt8] = []
    private var earlierLines: [UInt8] = []

    /// RFC 5321 allows 512 bytes; longer lines are cut here.
    private static let longestLine = 2_000
    /// For all lines of a reply together.
    private static let longestReply = 8_000

    init(hiding secrets: [String] = []) {
        self.secrets = secrets
    }

    // MARK: The client's side

    /// Takes the bytes of commands, not of the message.
    mutating func sent(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                endCommand()
            } else if !isVerbKnown, byte != UInt8(ascii: "\r") {
                verb.append(byte)
                if verb.count == 4 { beginCommand() }
            }
        }
    }

    private mutating func endCommand() {
        if !isVerbKnown, !verb.isEmpty { beginCommand() }
        verb = []
        isVerbKnown = false
    }

    private mutating func beginCommand() {
        isVerbKnown = true
        defer { verb = [] }
        // The response to the server's challenge, which may look like any command.
        if unanswered.last == .authentication { return }
        let command = Self.command(verb)
        unanswered.append(command)
        switch command {
        case .mail: phase = .envelope
        case .quit: hasSaidQuit = true
        default: break
        }
    }

    private static func command(_ verb: [UInt8]) -> Command {
        switch String(decoding: verb, as: UTF8.self).uppercased() {
        case "MAIL": .mail
        case "RCPT": .recipient
        case "DATA": .data
        case "AUTH": .authentication
        case "QUIT": .quit
        default: .other
        }
    }

    // MARK: The server's side

    /// Takes the bytes of the server's replies.
    mutating func received(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                endLine()
            } else if line.count < Self.longestLine {
                line.append(byte)
            }
        }
    }

    private mutating func endLine() {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        defer { line = [] }
        guard line.count >= 3, let code = Self.code(line.prefix(3)) else { return }
        let text = line.dropFirst(4)
        if earlierLines.count < Self.longestReply {
            if !text.isEmpty { earlierLines += [UInt8(ascii: " ")] + text }
        }
        guard line.count == 3 || line[3] != UInt8(ascii: "-") else { return }
        let reply = SMTPReply(code: code, text: SanitizedText.clean(line.prefix(3) + earlierLines, hiding: secrets))
        earlierLines = []
        take(reply)
    }

    private static func code(_ digits: some Collection<UInt8>) -> Int? {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (200..<600).contains(code) ? code : nil
    }

    private mutating func take(_ reply: SMTPReply) {
        // A reply ends its command, even if libcurl reported only the command's beginning.
        endCommand()
        let command = unanswered.isEmpty ? Command.other : unanswered[0]
        if command == .authentication, reply.isIntermediate { return }
        if !unanswered.isEmpty { unanswered.removeFirst() }
        switch command {
        case .mail: sender = reply
        case .recipient: recipients.append(reply)
        case .data where reply.isIntermediate:
            phase = .message
            unanswered.insert(.message, at: 0)
        case .data, .message:
            phase = .judged
            message = reply
        case .authentication, .other:
            // A refusal that the client worked around, such as `EHLO` with `HELO`, is forgotten.
            if phase == .opening { openingRefusal = reply.isPositive ? nil : reply }
        case .quit: break
        }
    }
}
