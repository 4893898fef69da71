/// Why a mail server's address or sign-in cannot be used. Never holds a password.
public struct SMTPConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Text for an operator, without the setting's name: `must begin with smtp:// or smtps://`.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
