import FoundationEssentials
import Glibc
public import Logging
public import Reactor
import Synchronization

/// A file with a key set (`JWT_JWKS`). It is read regularly, so that an operator rotates keys by replacing the file.
public final class KeySetFile: Sendable {
    /// How long a changed file may go unnoticed.
    static let interval = Duration.seconds(2)
    /// Far more than a hundred keys need; a wrong path must not fill the memory.
    static let byteLimit = 1 << 20

    private let path: String
    private let verifier: JWTVerifier
    private let thread: BlockingThread
    private let logger: Logger
    /// The file's content at the last check.
    private let lastRead = Mutex<Result<[UInt8], KeySetError>?>(nil)

    /// - Parameters:
    ///   - verifier: gets the keys.
    ///   - thread: reads the file, whose disk may be slow or unavailable.
    public init(_ path: String, for verifier: JWTVerifier, thread: BlockingThread, logger: Logger) {
        self.path = path
        self.verifier = verifier
        self.thread = thread
        self.logger = logger
    }

    /// Reads the file for the first time.
    /// - Throws: if it cannot be read, is not a key set or has no usable key.
    public func load() async throws(KeySetError) {
        let bytes = try await read()
        let keySet = try await KeySet(Data(bytes))
        guard !keySet.keys.isEmpty else {
            throw KeySetError("has no key to verify RS256 or ES256 with (RSA of 2048 bits or more, or EC on P-256)")
        }
        verifier.replace(keySet)
        lastRead.withLock { $0 = .success(bytes) }
    }

    /// Checks the file regularly, after ``load()``, until the task is cancelled.
    public func watch() async {
        while (try? await Task.sleep(for: Self.interval)) != nil { await reload() }
    }

    /// Uses the file's keys if the file has changed. An invalid file changes nothing: the previous keys stay. A valid set
    /// without usable keys is used, because an operator must have intended it.
    func reload() async {
        let found: Result<[UInt8], KeySetError>
        do throws(KeySetError) { found = .success(try await read()) } catch { found = .failure(error) }
        let isNew = lastRead.withLock { lastRead in
            defer { lastRead = found }
            return lastRead != found
        }
        guard isNew else { return }
        do throws(KeySetError) {
            let keySet = try await KeySet(Data(found.get()))
            verifier.replace(keySet)
            logger.log(
                level: keySet.keys.isEmpty ? .warning : .notice, "JWT_JWKS was read again",
                metadata: ["keys": "\(keySet.keys.count)"])
        } catch {
            logger.warning("JWT_JWKS cannot be used; the keys read before stay", metadata: ["cause": "\(error)"])
        }
    }

    private func read() async throws(KeySetError) -> [UInt8] {
        do {
            return try await thread.run { [path] in try Self.contents(of: path) }
        } catch {
            throw error as? KeySetError ?? KeySetError("cannot be read")
        }
    }

    private static func contents(of path: String) throws(KeySetError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw KeySetError("names a file that cannot be opened: errno \(errno)") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
        var count = 0
        while count < bytes.count {
            let part = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
            if part == 0 { return Array(bytes[..<count]) }
            if part > 0 {
                count += part
            } else if errno != EINTR {
                throw KeySetError("names a file that cannot be read: errno \(errno)")
            }
        }
        throw KeySetError("names a file of more than \(byteLimit) bytes")
    }
}
