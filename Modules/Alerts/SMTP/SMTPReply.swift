/// A mail server's answer to one command, all its lines together.
struct SMTPReply: Hashable, Sendable {
    /// 200 ... 599
    let code: Int
    /// `550 5.1.1 No such user`: the code and the text of every line, fit to be shown.
    let words: String

    /// It did what it was asked.
    var isPositive: Bool { (200..<300).contains(code) }
    /// It wants more before it does.
    var isIntermediate: Bool { (300..<400).contains(code) }
    /// It may do it another time.
    var isTransient: Bool { (400..<500).contains(code) }
    /// It never will.
    var isPermanent: Bool { code >= 500 }

    /// The server is about to hang up (RFC 5321, section 3.8).
    static let serviceClosing = 421
}
