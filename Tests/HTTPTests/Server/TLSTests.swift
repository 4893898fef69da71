import HTTPTypes
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL
import Testing

@testable import HTTPCore
@testable import HTTPTransport

@Suite("TLS", .timeLimit(.minutes(1)))
struct TLSTests {
    private static let live = "GET /health/live HTTP/1.1\nHost: a\n\n"

    private static func run(
        _ files: CertificateFiles, _ body: @escaping @Sendable (RunningServer, TLSCertificate) async throws -> Void
    ) async throws {
        try files.write(.one)
        let certificate = try files.read()
        try await RunningServer.run(makeAPI(), certificate: certificate) { try await body($0, certificate) }
    }

    @Test("HTTP/1.1 is served to who offers no HTTP/2")
    func http1() async throws {
        try await TestCertificate.withFiles { files in
            try await Self.run(files) { server, _ in
                for offer in [[], ["http/1.1"]] {
                    try await RawConnection.open(server.port, tls: .trusting(offer)) { connection in
                        try await connection.send(Self.live + Self.live)
                        for _ in 0..<2 { #expect(try await connection.answer()?.status == 200) }
                    }
                }
            }
        }
    }

    @Test("nobody is served without TLS, nor with a version that is too old")
    func refused() async throws {
        try await TestCertificate.withFiles { files in
            try await Self.run(files) { server, _ in
                try await RawConnection.open(server.port) { connection in
                    try await connection.send(Self.live)
                    #expect(try await connection.answer() == nil)
                }
                var old = TLSConfiguration.trusting([])
                old.minimumTLSVersion = .tlsv1
                old.maximumTLSVersion = .tlsv11
                var answer: RawAnswer?
                try? await RawConnection.open(server.port, tls: old) { connection in
                    try await connection.send(Self.live)
                    answer = try await connection.answer()
                }
                #expect(answer == nil)
            }
        }
    }

    @Test("a new certificate is served after a reload, and open connections stay")
    func reload() async throws {
        try await TestCertificate.withFiles { files in
            try await Self.run(files) { server, certificate in
                try await RawConnection.open(server.port, tls: .onlyTrusting(.one)) { old in
                    try await old.send(Self.live)
                    #expect(try await old.answer()?.status == 200)
                    try files.write(.two)
                    await certificate.reload(logger: silence)
                    try await old.send(Self.live)
                    #expect(try await old.answer()?.status == 200)
                    try await RawConnection.open(server.port, tls: .onlyTrusting(.two)) { new in
                        try await new.send(Self.live)
                        #expect(try await new.answer()?.status == 200)
                    }
                }
            }
        }
    }

    @Test("a file that is no good leaves the old certificate, and the log names it")
    func badReload() async throws {
        try await TestCertificate.withFiles { files in
            try await Self.run(files) { server, certificate in
                let log = RecordingLog()
                try files.write(certificate: "nothing", key: TestCertificate.one.key)
                await certificate.reload(logger: Logger(label: "test") { _ in log })
                #expect(log.lines.all.contains { $0.hasPrefix("warning") && $0.contains(files.certificatePath) })
                try await RawConnection.open(server.port, tls: .onlyTrusting(.one)) { connection in
                    try await connection.send(Self.live)
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }
    }

    @Test("files that are missing, no PEM, or not a pair are told apart")
    func badFiles() async throws {
        try await TestCertificate.withFiles { files in
            func failure() -> TLSCertificate.Failure? {
                do {
                    _ = try files.read()
                    return nil
                } catch { return error as? TLSCertificate.Failure }
            }
            #expect(failure()?.file == .certificate)
            try files.write(certificate: TestCertificate.one.certificate, key: "nothing")
            #expect(failure()?.file == .key)
            try files.write(certificate: TestCertificate.one.certificate, key: TestCertificate.two.key)
            let mismatch = failure()
            #expect(mismatch?.file == .key)
            #expect(mismatch?.description == "does not belong to the certificate: \(files.keyPath)")
            try files.write(.two)
            #expect(failure() == nil)
        }
    }
}

extension TLSConfiguration {
    /// A client that takes one certificate alone, whatever its name.
    fileprivate static func onlyTrusting(_ pair: TestCertificate) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8)))
        return configuration
    }
}
