internal import Mustache
public import UseCases

/// Renders the email of a digest. The same digest gives the same email, except for items that have recovered since.
public struct DigestRenderer: Sendable {
    private let from: String
    private let currency: String
    private let text: MustacheTemplate
    private let html: MustacheTemplate

    /// - Parameters:
    ///   - from: the sender's address.
    ///   - currency: the code of all prices: `USD`.
    public init(from: String, currency: String) {
        self.from = from
        self.currency = DisplayText.clean(currency)
        text = Self.parse(DigestText.template)
        html = Self.parse(DigestHTML.template)
    }

    /// In time linear in the number of lines.
    public func render(_ digest: AlertDigest) -> Email {
        let subject = DigestSubject.text(digest.lines)
        let plain = DigestPage(subject: subject, digest: digest, currency: currency, isPlain: true)
        let marked = DigestPage(subject: subject, digest: digest, currency: currency, isPlain: false)
        return Email(
            messageID: digest.messageID, from: from, to: digest.recipients, subject: subject, date: digest.createdAt,
            text: text.render(plain), html: html.render(marked))
    }

    /// The templates are constants, so one that does not parse is a programming error that every test would hit.
    private static func parse(_ template: String) -> MustacheTemplate {
        precondition(ScalarHTML.isRegistered)
        do {
            return try MustacheTemplate(string: template)
        } catch {
            preconditionFailure("a mail template does not parse: \(error)")
        }
    }
}
