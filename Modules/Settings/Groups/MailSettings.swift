internal import ArgumentParser

/// How to send emails.
public struct MailSettings: Sendable {
    /// The sign-in that the server requires.
    public struct Credentials: Sendable {
        public let username: String
        /// Never log it.
        public let password: String
    }

    /// `smtp://host:port[?tls=required]` or `smtps://host:port`. May hold a password: never log it.
    public let url: String
    public let credentials: Credentials?
    /// A PEM file of authorities to trust instead of the system's, for a mail server with a private certificate.
    public let authorityFile: String?
    /// The sender's address.
    public let from: String

    /// The domain of the sender's address.
    public var domain: String { String(from[from.index(after: from.lastIndex(of: "@") ?? from.startIndex)...]) }

    public init(_ source: SettingsSource) throws(SettingsError) {
        url = try source.required(.smtpURL)
        let isURL =
            url.hasPrefix("smtp://") && url.count > "smtp://".count
            || url.hasPrefix("smtps://") && url.count > "smtps://".count
        guard isURL, !url.contains(where: \.isWhitespace) else {
            throw SettingsError(.smtpURL, mustBe: "smtp://host:port[?tls=required] or smtps://host:port", not: url)
        }
        switch (try source.text(.smtpUsername), try source.text(.smtpPassword)) {
        case (nil, nil): credentials = nil
        case (let username?, let password?): credentials = Credentials(username: username, password: password)
        case (_?, nil): throw SettingsError(.smtpPassword, "is required beside SMTP_USERNAME")
        case (nil, _?): throw SettingsError(.smtpUsername, "is required beside SMTP_PASSWORD")
        }
        authorityFile = try source.text(.smtpAuthorities)
        from = try source.required(.alertFrom)
        guard isMailAddress(from) else { throw SettingsError(.alertFrom, mustBe: "an email address", not: from) }
    }
}

/// Who is notified of low stock, and when.
public struct AlertSettings: Sendable {
    /// The recipients, unless a warehouse has its own. May be empty.
    public let recipients: [String]
    public let intervalSeconds: Int
    public let digestSeconds: Int
    public let leaseSeconds: Int

    /// The longest wait between two passes of the mailer without a notification.
    public var interval: Duration { .seconds(intervalSeconds) }
    /// Alerts within this time after a first one go into one email.
    public var digest: Duration { .seconds(digestSeconds) }
    /// How long an email stays claimed by a mailer that does not renew its claim.
    public var lease: Duration { .seconds(leaseSeconds) }

    public init(_ source: SettingsSource) throws(SettingsError) {
        let list = try source.text(.alertTo, default: "")
        var recipients: [String] = []
        for part in list.isEmpty ? [] : list.split(separator: ",", omittingEmptySubsequences: false) {
            let address = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard isMailAddress(address) else {
                throw SettingsError(.alertTo, mustBe: "email addresses separated by commas", not: list)
            }
            recipients.append(address)
        }
        self.recipients = recipients
        intervalSeconds = try source.integer(.mailIntervalSeconds, in: 1...86_400, default: 30)
        // 0 sends every alert by itself.
        digestSeconds = try source.integer(.mailDigestSeconds, in: 0...3_600, default: 5)
        leaseSeconds = try source.integer(.mailLeaseSeconds, in: 1...600, default: 10)
    }
}

/// Whether the text is a safe SMTP address: `local@domain` in visible ASCII without brackets or commas. Whether mail
/// arrives there only the server knows.
public func isMailAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    // RFC 5321, section 4.5.3.1.3: a path has 256 octets with its brackets.
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
        && text.utf8.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !"<>,;:\"()[]\\".utf8.contains(byte)
        }
}

public struct MailOptions: SettingsOptions {
    @Option(.smtpURL, "smtp://host:port[?tls=required] or smtps://host:port.", value: "url") var url
    @Option(.smtpUsername, "The user name at the mail server.", value: "name") var username
    @Option(.smtpPassword, "The password at the mail server.", value: "password") var password
    @Option(SettingName.smtpPassword.file, "A file that holds the password.", value: "file") var passwordFile
    @Option(.smtpAuthorities, "PEM file of authorities to trust instead of the system's.", value: "file")
    var authorities
    @Option(.alertFrom, "The sender's address.", value: "address") var from

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [
            (.smtpURL, url), (.smtpUsername, username), (.smtpPassword, password),
            (SettingName.smtpPassword.file, passwordFile), (.smtpAuthorities, authorities), (.alertFrom, from),
        ]
    }
}

public struct AlertOptions: SettingsOptions {
    @Option(.alertTo, "Recipients, separated by commas.", value: "addresses") var recipients
    @Option(.mailIntervalSeconds, "Seconds between two passes without a notification (default: 30).", value: "seconds")
    var interval
    @Option(.mailDigestSeconds, "Seconds of alerts gathered into one email (default: 5).", value: "seconds") var digest
    @Option(
        .mailLeaseSeconds, "Seconds until another mailer takes over the email of one that died (default: 10).",
        value: "seconds")
    var lease

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [
            (.alertTo, recipients), (.mailIntervalSeconds, interval), (.mailDigestSeconds, digest),
            (.mailLeaseSeconds, lease),
        ]
    }
}
