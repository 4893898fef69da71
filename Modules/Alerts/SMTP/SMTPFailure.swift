/// Why an attempt ended early.
struct SMTPFailure: Error, Hashable, Sendable {
    /// For an operator: `SMTP: Failed to connect to …`. Never a secret.
    let reason: String

    static let noMemory = SMTPFailure(reason: "SMTP: out of memory")
    static let noAnswer = SMTPFailure(reason: "SMTP: Timeout was reached: the server did not answer")
    static let cancelled = SMTPFailure(reason: "cancelled: the program is ending")
    static let shutDown = SMTPFailure(reason: "not attempted: the program is ending")
}
