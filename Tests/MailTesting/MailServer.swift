import Foundation
import Synchronization

/// A test's private SMTP server (Debian's `python3-aiosmtpd`) on 127.0.0.1, which misbehaves on demand.
public final class MailServer: Sendable {
    /// What the server requires and offers; unchanged by restarts.
    public struct Demands: Sendable {
        public enum TLS: Sendable {
            case offered(MailCertificates.Identity)
            /// Nothing is accepted before STARTTLS.
            case demanded(MailCertificates.Identity)
            case implicit(MailCertificates.Identity)
        }

        public var tls: TLS?
        /// The only accepted sign-in; nil accepts mail without one.
        public var user: (name: String, password: String)?
        /// The AUTH mechanisms of PLAIN and LOGIN that are not offered.
        public var withoutMechanisms: [String] = []
        /// Replaces the usual reply to a wrong password.
        public var denial: String?

        public init() {}
    }

    /// How long a start may take on a machine that builds and tests at the same time.
    private static let startLimit: Duration = .seconds(30)

    public let port: Int
    private let folder: MailFolder
    private let demands: Demands
    private let program = Mutex<MailProgram?>(nil)

    /// For a mailer's settings.
    public var url: String {
        if case .implicit = demands.tls { return "smtps://127.0.0.1:\(port)" }
        return "smtp://127.0.0.1:\(port)"
    }

    private var mailbox: String { "\(folder.path)/mailbox" }
    private var control: String { "\(folder.path)/faults.json" }

    /// Starts the server on a free port and waits until it listens.
    public init(_ demands: Demands = Demands(), faults: MailFaults = MailFaults()) async throws {
        self.demands = demands
        folder = try MailFolder()
        let path = folder.path
        try FileManager.default.createDirectory(atPath: "\(path)/mailbox", withIntermediateDirectories: true)
        try Self.write(faults, to: "\(path)/faults.json")
        let (started, port) = try await Self.launch(demands, folder: path, port: 0)
        self.port = port
        program.withLock { $0 = started }
    }

    /// Starts it again on its port, with the same mailbox.
    public func start() async throws {
        let (started, _) = try await Self.launch(demands, folder: folder.path, port: port)
        program.withLock { $0 = started }
    }

    /// Ends it as an operator would, closing its connections.
    public func stop() { program.withLock { $0.take() }?.end(by: SIGTERM) }

    /// Ends it as a crash would.
    public func kill() { program.withLock { $0.take() }?.end(by: SIGKILL) }

    /// Its sockets stay open and nothing answers, until ``thaw()``.
    public func freeze() { program.withLock { $0?.send(SIGSTOP) } }
    public func thaw() { program.withLock { $0?.send(SIGCONT) } }

    /// Injects the faults from the next command on.
    public func misbehave(_ faults: MailFaults) throws { try Self.write(faults, to: control) }

    public func misbehave(_ change: (inout MailFaults) -> Void) throws {
        var faults = MailFaults()
        change(&faults)
        try misbehave(faults)
    }

    public func behave() throws { try misbehave(MailFaults()) }

    // MARK: What arrived

    public func messages() throws -> [ReceivedMail] {
        try FileManager.default.contentsOfDirectory(atPath: mailbox).filter { $0.hasSuffix(".json") }.sorted()
            .map { try ReceivedMail.read("\(mailbox)/\($0.dropLast(".json".count))") }
    }

    /// Waits until at least `count` messages have arrived in the mailbox.
    public func messages(
        atLeast count: Int, within limit: Duration = .seconds(30)
    ) async throws -> [ReceivedMail] {
        let deadline = ContinuousClock.now + limit
        while true {
            let messages = try messages()
            if messages.count >= count { return messages }
            guard ContinuousClock.now < deadline else {
                throw MailFailure("\(messages.count) of \(count) messages within \(limit)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    // MARK: What happened

    /// Connections since the server was started.
    public func connections() throws -> Int { try count("connected") }
    /// Connections that are open now.
    public func openConnections() throws -> Int { try count("connected") - count("gone") }
    /// How often a client has sent QUIT.
    public func quitCount() throws -> Int { try count("quit") }
    /// How often it has hung.
    public func hangCount() throws -> Int { try count("hang") }

    private func count(_ event: String) throws -> Int {
        let events = try String(contentsOfFile: "\(folder.path)/server.log", encoding: .utf8)
        return events.split(separator: "\n").count { $0 == "event \(event)" }
    }

    // MARK: Starting

    private static func write(_ faults: MailFaults, to path: String) throws {
        try JSONEncoder().encode(faults).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private static func launch(
        _ demands: Demands, folder: String, port: Int
    ) async throws -> (MailProgram, port: Int) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/smtp-server.py"
        let output = "\(folder)/server.log"
        let program = try MailProgram(
            [
                "/usr/bin/python3", "-B", script, "--mailbox", "\(folder)/mailbox", "--control",
                "\(folder)/faults.json",
                "--port", "\(port)",
            ] + arguments(demands), output: output)
        let deadline = ContinuousClock.now + startLimit
        while true {
            let printed = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            if printed.hasSuffix("\n"), let line = printed.split(separator: "\n").first, let port = Int(line) {
                return (program, port)
            }
            guard program.isAlive, ContinuousClock.now < deadline else {
                throw MailFailure("no mail server (python3-aiosmtpd): \(printed)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func arguments(_ demands: Demands) -> [String] {
        var arguments: [String] = []
        func show(_ identity: MailCertificates.Identity, _ kind: String) {
            arguments += ["--tls", kind, "--certificate", identity.certificate, "--key", identity.key]
        }
        switch demands.tls {
        case nil: break
        case .offered(let identity): show(identity, "starttls")
        case .demanded(let identity):
            show(identity, "starttls")
            arguments.append("--insist")
        case .implicit(let identity): show(identity, "implicit")
        }
        if let user = demands.user { arguments += ["--user", user.name, "--password", user.password] }
        if let denial = demands.denial { arguments += ["--denial", denial] }
        return arguments + demands.withoutMechanisms.flatMap { ["--without", $0] }
    }
}
