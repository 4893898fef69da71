import Foundation
import Glibc

/// A test's private folder. Its path is short, because it holds Unix sockets (107 bytes at most).
struct TemporaryFolder: Sendable {
    let path: String

    /// - Parameter owner: the only user who may enter it.
    init(owner: String? = nil) throws {
        let base = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(base)/system.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("mkdtemp in \(base): \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let owner else { return }
        guard let user = getpwnam(owner), chown(path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
            throw Failure("chown \(path) to \(owner): \(errno)")
        }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A failure to set up a test.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
