/// A mail server's reply to one command, with all its lines.
struct SMTPReply: Hashable, Sendable {
    /// 200 ... 599
    let code: Int
    /// `550 5.1.1 No such user`: the code and the text of every line, sanitized for display.
    let text: String

    /// The command succeeded.
    var isPositive: Bool { (200..<300).contains(code) }
    /// The server expects more input.
    var isIntermediate: Bool { (300..<400).contains(code) }
    /// A later attempt may succeed.
    var isTransient: Bool { (400..<500).contains(code) }
    /// No later attempt will succeed.
    var isPermanent: Bool { code >= 500 }

    /// The server is about to hang up (RFC 5321, section 3.8).
    static let serviceClosing = 421
}
