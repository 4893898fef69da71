import Foundation
import Glibc
import TestSupport

/// An `inventory-api` process on any free port.
final class APIProcess: Sendable {
    let child: Child
    let port: Int
    var url: String { "http://127.0.0.1:\(port)" }

    private init(child: Child, port: Int) {
        self.child = child
        self.port = port
    }

    /// Starts a process and waits until it listens.
    static func start(_ settings: [String: String], in folder: TemporaryFolder) async throws -> APIProcess {
        let child = try launch(settings, in: folder)
        var port: Int?
        do {
            try await eventually(within: .seconds(30), "the API listens") {
                port = listeningPort(child.errorOutput)
                if port == nil, let end = child.end { throw Failure("the API ended with \(end): \(child.errorOutput)") }
                return port != nil
            }
        } catch {
            await child.kill()
            throw error
        }
        return APIProcess(child: child, port: port ?? 0)
    }

    /// Starts a process without waiting until it listens.
    static func launch(_ settings: [String: String], in folder: TemporaryFolder) throws -> Child {
        let standard = ["HTTP_PORT": "0", "AUTH_MODE": "off", "LOG_FORMAT": "json"]
        return try Child(
            Products.path("inventory-api"), environment: standard.merging(settings) { $1 }, in: folder)
    }

    private static func listeningPort(_ log: String) -> Int? {
        for line in log.split(separator: "\n") where line.contains("\"message\":\"listening\"") {
            guard let found = line.range(of: "\"port\":\"") else { continue }
            return Int(line[found.upperBound...].prefix { $0.isNumber })
        }
        return nil
    }

    func freeze() { child.send(SIGSTOP) }
    func thaw() { child.send(SIGCONT) }
    func crash() async { await child.kill() }

    /// Sends SIGTERM and waits until the process has ended by itself.
    func terminate() async throws -> Child.End {
        child.send(SIGTERM)
        return try await child.waitForEnd(within: .seconds(20))
    }

    /// Its log lines of one level.
    func logLines(level: String) -> [Substring] {
        child.errorOutput.split(separator: "\n").filter { $0.contains("\"level\":\"\(level)\"") }
    }

    /// The end of the log without requests, for reporting a failure.
    func logTail(_ count: Int = 25) -> String {
        child.errorOutput.split(separator: "\n").filter { !$0.contains("\"message\":\"request\"") }.suffix(count)
            .joined(separator: "\n")
    }
}
