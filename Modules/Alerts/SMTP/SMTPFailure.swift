/// Why a try ended early.
struct SMTPFailure: Error, Hashable, Sendable {
    /// For an operator: `SMTP: Failed to connect to …`. Never a secret.
    let words: String

    static let noMemory = SMTPFailure(words: "SMTP: out of memory")
    static let noAnswer = SMTPFailure(words: "SMTP: Timeout was reached: the server did not answer")
    static let cancelled = SMTPFailure(words: "broken off: the program is ending")
    static let shutDown = SMTPFailure(words: "not tried: the program is ending")
}
