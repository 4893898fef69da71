internal import ArgumentParser

/// Where the API listens.
public struct HTTPSettings: Sendable {
    /// PEM files of the certificate chain and its key.
    public struct TLS: Sendable, Hashable {
        public let certificatePath: String
        public let keyPath: String
    }

    public let host: String
    /// 0 for any free port.
    public let port: Int
    /// Nil for plain HTTP.
    public let tls: TLS?

    public init(_ source: SettingsSource) throws(SettingsError) {
        host = try source.text(.httpHost, default: "127.0.0.1")
        port = try source.integer(.httpPort, in: 0...65_535, default: 8_080)
        switch (try source.text(.httpTLSCertificate), try source.text(.httpTLSKey)) {
        case (nil, nil): tls = nil
        case (let certificate?, let key?): tls = TLS(certificatePath: certificate, keyPath: key)
        case (_?, nil): throw SettingsError(.httpTLSKey, "is required beside HTTP_TLS_CERT")
        case (nil, _?): throw SettingsError(.httpTLSCertificate, "is required beside HTTP_TLS_KEY")
        }
    }

    /// Whether only this machine can reach the host's address.
    ///
    /// Decided by the text alone: a name other than `localhost` may resolve to anything, so it counts as reachable.
    public var isLoopback: Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

public struct HTTPOptions: SettingsOptions {
    @Option(.httpHost, "The address to listen on (default: 127.0.0.1).", value: "host") var host
    @Option(.httpPort, "The port to listen on, 0 for any (default: 8080).", value: "port") var port
    @Option(.httpTLSCertificate, "The certificate chain in PEM: serve HTTPS.", value: "file") var certificate
    @Option(.httpTLSKey, "The certificate's key in PEM.", value: "file") var key

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [(.httpHost, host), (.httpPort, port), (.httpTLSCertificate, certificate), (.httpTLSKey, key)]
    }
}
