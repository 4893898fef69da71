import Foundation

@testable import HTTPTransport

/// Two self-signed certificates and their keys, for tests only: `one.test` and `two.test`, valid for a hundred years.
struct TestCertificate {
    let certificate: String
    let key: String

    static let one = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBkzCCATmgAwIBAgIUTniY/X3uIGgFB3M5zU/22I3CIMUwCgYIKoZIzj0EAwIw
            EzERMA8GA1UEAwwIb25lLnRlc3QwIBcNMjYxMTIyMjIzOTM3WhgPMjEyNjEwMjky
            MjM5MzdaMBMxETAPBgNVBAMMCG9uZS50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
            AQcDQgAEXSuvVpqzL4LOf39GAAyoj2yiy9x206q/Bsy3cLCNoTw+o9Ynk+9WcMA7
            q4lC1crrU2njRrbmxlEPNvLL/DvRHKNpMGcwHQYDVR0OBBYEFI5o2TvfAOyOdkUp
            SPyLybdhtGl1MB8GA1UdIwQYMBaAFI5o2TvfAOyOdkUpSPyLybdhtGl1MA8GA1Ud
            EwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0MAoGCCqGSM49BAMCA0gA
            MEUCIQCF1Y2T9xESAI5nQmYcrBuMOhU+03yJEyNTOYxRlooQ8QIgdFcuLjcOGk5W
            JtSAAPVbHVoPEDFQLxUmXg1n+OJ/5LU=
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAZuYX0qteWOd/LgN
            gwJqpO2CEJVNuw1etHd88TkukfqhRANCAARdK69WmrMvgs5/f0YADKiPbKLL3HbT
            qr8GzLdwsI2hPD6j1ieT71ZwwDuriULVyutTaeNGtubGUQ828sv8O9Ec
            -----END PRIVATE KEY-----
            """)

    static let two = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBlDCCATmgAwIBAgIUP9OR8grNpKJJMBYPW9G2Rb2ceIEwCgYIKoZIzj0EAwIw
            EzERMA8GA1UEAwwIdHdvLnRlc3QwIBcNMjYxMTIyMjIzOTM3WhgPMjEyNjEwMjky
            MjM5MzdaMBMxETAPBgNVBAMMCHR3by50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
            AQcDQgAEHXjbqIzcjWETh+ciBTO1a99RuhIkS4hyCHhXJiYh0gciRg8lY6IkB4gb
            M27CbTkL9C+NwzyW7J9sCGGUw/NpfqNpMGcwHQYDVR0OBBYEFDjUQ0GWvcQ5kQLq
            PKKz2sxjBm0NMB8GA1UdIwQYMBaAFDjUQ0GWvcQ5kQLqPKKz2sxjBm0NMA8GA1Ud
            EwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0MAoGCCqGSM49BAMCA0kA
            MEYCIQDcl5OqIm7d9+tDURr7YEmJxna/3U5QRNUKQA2pBt3hawIhAMdA8eTVYr/a
            n+VgDbfbPKyMc9otGCz5MwUCCMT50QbT
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjprDXaj8j5tw5klR
            JcigwEmixr2bdGOstQFvE+jDFvuhRANCAAQdeNuojNyNYROH5yIFM7Vr31G6EiRL
            iHIIeFcmJiHSByJGDyVjoiQHiBszbsJtOQv0L43DPJbsn2wIYZTD82l+
            -----END PRIVATE KEY-----
            """)

    /// Runs the body with a temporary folder for the two files.
    static func withFiles(_ body: (CertificateFiles) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "inventory-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(CertificateFiles(folder: folder))
    }
}

/// The paths of a server's certificate and key.
struct CertificateFiles: Sendable {
    let folder: URL

    var certificatePath: String { folder.appending(path: "server.crt").path }
    var keyPath: String { folder.appending(path: "server.key").path }

    func write(certificate: String, key: String) throws {
        try Data((certificate + "\n").utf8).write(to: URL(filePath: certificatePath))
        try Data((key + "\n").utf8).write(to: URL(filePath: keyPath))
    }

    func write(_ pair: TestCertificate) throws { try write(certificate: pair.certificate, key: pair.key) }

    func read() throws -> TLSCertificate {
        try TLSCertificate(certificatePath: certificatePath, keyPath: keyPath)
    }
}
