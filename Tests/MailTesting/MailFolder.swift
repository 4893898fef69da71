import Foundation

/// A test's private folder under `TMPDIR`, removed with its last reference.
public final class MailFolder: Sendable {
    public let path: String

    public init() throws {
        let base = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(base)/mail.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw MailFailure("mkdtemp in \(base): \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
