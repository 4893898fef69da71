/// A failure of a test's mail server itself.
public struct MailFailure: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
