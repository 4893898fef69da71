import Basics

/// Which mail server to hand emails to, and how.
public struct SMTPConfiguration: Hashable, Sendable {
    /// What the server asks for before it takes mail.
    public struct Credentials: Hashable, Sendable {
        public let username: String
        /// Never log it.
        let password: String

        public init(username: String, password: String) {
            self.username = username
            self.password = password
        }
    }

    /// How the conversation is protected.
    enum Security: Hashable, Sendable {
        /// STARTTLS where the server offers it.
        case whereOffered
        /// STARTTLS, or no mail.
        case required
        /// TLS from the first byte.
        case implicit
    }

    /// A name or an address; of IPv6 without its brackets.
    public let host: String
    public let port: Int
    let security: Security
    public let credentials: Credentials?
    /// A file of certificates in PEM form to trust instead of the system's.
    public let authorityFile: String?

    /// Whether no mail leaves without TLS and a certificate that holds.
    public var requiresTLS: Bool { security != .whereOffered }

    /// What libcurl gets. It holds no secret.
    var url: String {
        "\(security == .implicit ? "smtps" : "smtp")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// - Parameters:
    ///   - url: `smtp://host[:port][?tls=required]` or `smtps://host[:port]`.
    ///   - credentials: with them TLS is required unless the server is this machine: somebody on the way could take
    ///     the offer of STARTTLS out and read the password.
    public init(
        url: String, credentials: Credentials? = nil, authorityFile: String? = nil
    ) throws(SMTPConfigurationError) {
        let parts = try SMTPURL(url)
        host = parts.host
        port = parts.port
        if let credentials {
            for text in [credentials.username, credentials.password] {
                guard !text.isEmpty, !text.utf8.contains(0) else {
                    throw SMTPConfigurationError("needs a user name and a password, without NUL characters")
                }
            }
        }
        self.credentials = credentials
        self.authorityFile = authorityFile
        security =
            if parts.isImplicitTLS { .implicit } else if parts.isTLSRequired || credentials != nil && !parts.isLoopback
            {
                .required
            } else { .whereOffered }
    }
}

extension SMTPConfiguration.Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the password: it must not come into a log by way of somebody's string interpolation.
    public var description: String { "user \(username)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["username": username]) }

    /// What a server might send back of the sign-in: the password, and as AUTH LOGIN and AUTH PLAIN (RFC 4616) send it.
    var secrets: [String] {
        let plain = [0] + Array(username.utf8) + [0] + Array(password.utf8)
        return [Base64.encode(plain), Base64.encode(password.utf8), password]
    }
}
