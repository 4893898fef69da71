import Basics

/// Which mail server to hand emails to, and how.
public struct SMTPConfiguration: Hashable, Sendable {
    /// The sign-in that the server requires.
    public struct Credentials: Hashable, Sendable {
        public let username: String
        /// Never log it.
        let password: String

        public init(username: String, password: String) {
            self.username = username
            self.password = password
        }
    }

    /// How the connection is protected.
    enum Security: Hashable, Sendable {
        /// STARTTLS where the server offers it.
        case whereOffered
        /// STARTTLS; without it nothing is sent.
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

    /// Whether email is sent only over TLS with a valid certificate.
    public var requiresTLS: Bool { security != .whereOffered }

    /// The URL for libcurl. It holds no secret.
    var url: String {
        "\(security == .implicit ? "smtps" : "smtp")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// - Parameters:
    ///   - url: `smtp://host[:port][?tls=required]` or `smtps://host[:port]`.
    ///   - credentials: if given, TLS is required unless the server is this machine: an attacker on the network could
    ///     strip the STARTTLS offer and read the password.
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
    /// Without the password, which string interpolation must not leak into a log.
    public var description: String { "user \(username)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["username": username]) }

    /// The forms of the password that a server might echo: plain, and encoded as in AUTH LOGIN and AUTH PLAIN (RFC
    /// 4616).
    var secrets: [String] {
        let plain = [0] + Array(username.utf8) + [0] + Array(password.utf8)
        return [Base64.encode(plain), Base64.encode(password.utf8), password]
    }
}
