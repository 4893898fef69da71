package import Logging
import NIOPosix
import NIOSSL
import Synchronization

/// The server's certificate and key, from PEM files that may be replaced while it runs.
package final class TLSCertificate: Sendable {
    /// Why the files cannot be used.
    package struct Failure: Error, CustomStringConvertible {
        package enum File: Sendable {
            case certificate, key
        }

        package let file: File
        /// One line; it names the file and nothing that is in it.
        package let description: String
    }

    private let certificatePath: String
    private let keyPath: String
    private let current: Mutex<NIOSSLContext>

    /// Reads both files: the chain with the server's own certificate first, and its key without a passphrase.
    package init(certificatePath: String, keyPath: String) throws(Failure) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        current = Mutex(try Self.read(certificatePath, keyPath))
    }

    /// For a new connection; those that are open keep what they have.
    var context: NIOSSLContext { current.withLock { $0 } }

    /// Reads the files again. When they cannot be used, the old certificate stays, and a warning says why.
    package func reload(logger: Logger) async {
        let (certificatePath, keyPath) = (certificatePath, keyPath)
        do {
            // Files block, and NIO has threads for that.
            let context = try await NIOThreadPool.singleton.runIfActive { try Self.read(certificatePath, keyPath) }
            current.withLock { $0 = context }
            logger.notice("certificate reloaded", metadata: ["file": "\(certificatePath)"])
        } catch {
            logger.warning("the new certificate cannot be used, the old one stays", metadata: ["cause": "\(error)"])
        }
    }

    private static func read(_ certificatePath: String, _ keyPath: String) throws(Failure) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificatePath)
        } catch {
            throw Failure(file: .certificate, description: "cannot be read as PEM certificates: \(certificatePath)")
        }
        guard !chain.isEmpty else {
            throw Failure(file: .certificate, description: "has no certificate: \(certificatePath)")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        } catch {
            throw Failure(
                file: .key, description: "cannot be read as a PEM key without a passphrase: \(keyPath)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(file: .key, description: "does not belong to the certificate: \(keyPath)")
        }
    }
}
