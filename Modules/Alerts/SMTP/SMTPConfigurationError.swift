/// Why a mail server's address or sign-in cannot be used. Never holds a password.
public struct SMTPConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// For an operator, without the setting's name: `must not hold a user name; give it by itself`.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
