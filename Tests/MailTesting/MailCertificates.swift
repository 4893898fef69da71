import Foundation

/// Certificates made with `openssl` for one test run: an authority, and those of servers.
public struct MailCertificates: Sendable {
    /// A certificate and its key, as files.
    public struct Identity: Sendable {
        let certificate: String
        let key: String
    }

    private let folder: MailFolder

    /// The authority's file to trust.
    public var authority: String { "\(folder.path)/ca.pem" }
    /// For 127.0.0.1 and localhost.
    public let good: Identity
    /// For another host.
    public let wrongHost: Identity
    /// Expired yesterday.
    public let expired: Identity
    /// Not signed by an authority.
    public let selfSigned: Identity

    public init() throws {
        folder = try MailFolder()
        let path = folder.path
        func openssl(_ arguments: [String]) throws {
            try MailProgram.run(["openssl"] + arguments, output: "\(path)/openssl.log")
        }
        func root(_ name: String, _ extensions: [String]) throws -> Identity {
            let identity = Identity(certificate: "\(path)/\(name).pem", key: "\(path)/\(name).key")
            try openssl(
                ["req", "-x509"] + Self.key + ["-keyout", identity.key, "-out", identity.certificate, "-days", "2"]
                    + ["-subj", "/CN=\(name)"] + extensions.flatMap { ["-addext", $0] })
            return identity
        }
        let authority = try root("ca", ["basicConstraints=critical,CA:TRUE"])
        func leaf(_ name: String, for names: String, days: Int = 2) throws -> Identity {
            let base = "\(path)/\(name)"
            try "subjectAltName=\(names)\n".write(toFile: "\(base).ext", atomically: true, encoding: .utf8)
            try openssl(
                ["req"] + Self.key + ["-keyout", "\(base).key", "-out", "\(base).csr", "-subj", "/CN=\(name)"])
            try openssl([
                "x509", "-req", "-in", "\(base).csr", "-CA", authority.certificate, "-CAkey", authority.key,
                "-CAcreateserial", "-days", "\(days)", "-extfile", "\(base).ext", "-out", "\(base).pem",
            ])
            return Identity(certificate: "\(base).pem", key: "\(base).key")
        }
        good = try leaf("good", for: "IP:127.0.0.1,DNS:localhost")
        wrongHost = try leaf("wrong", for: "DNS:mail.example.com")
        expired = try leaf("expired", for: "IP:127.0.0.1,DNS:localhost", days: -1)
        selfSigned = try root("self", ["subjectAltName=IP:127.0.0.1,DNS:localhost"])
    }

    /// Elliptic curves, because RSA keys take a second each.
    private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
}
