import Foundation
import TestSupport

/// A test's private PostgreSQL on a socket in its own folder, for tests that restart and crash it.
struct PrivatePostgres: Sendable {
    enum Shutdown: String {
        /// Ends sessions and rolls back transactions.
        case fast
        /// Like a crash: the next start runs recovery.
        case immediate
    }

    private let folder: TemporaryFolder
    private let user: String?
    private var data: String { "\(folder.path)/data" }

    /// The URL of one of its databases.
    func url(_ database: String) -> String { "postgresql:///\(database)?host=\(folder.path)&user=postgres" }

    /// Runs a body with a new server, which is stopped and removed afterwards.
    static func with<Value>(_ body: (PrivatePostgres) async throws -> Value) async throws -> Value {
        let user = environment("TEST_SERVER_USER")
        let server = PrivatePostgres(folder: try TemporaryFolder(owner: user), user: user)
        let result: Result<Value, any Error>
        do {
            try await server.run(
                "initdb", ["-D", server.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"])
            try await server.start()
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        try? await server.stop(.immediate)
        server.folder.remove()
        return try result.get()
    }

    /// Runs a body with a streaming standby of this server.
    func withStandby<Value>(_ body: (PrivatePostgres) async throws -> Value) async throws -> Value {
        let standby = PrivatePostgres(folder: try TemporaryFolder(owner: user), user: user)
        let result: Result<Value, any Error>
        do {
            try await standby.run(
                "pg_basebackup",
                ["-D", standby.data, "-d", url("postgres"), "-R", "-X", "stream", "-c", "fast", "--no-sync"])
            try await standby.start()
            result = .success(try await body(standby))
        } catch {
            result = .failure(error)
        }
        try? await standby.stop(.immediate)
        standby.folder.remove()
        return try result.get()
    }

    /// Runs a statement on the database `postgres`.
    func sql(_ statement: String) async throws {
        try await run("psql", ["-X", "-v", "ON_ERROR_STOP=1", "-d", url("postgres"), "-c", statement])
    }

    func start() async throws { try await run("pg_ctl", controlling + ["start"]) }
    func stop(_ mode: Shutdown) async throws {
        try await run("pg_ctl", ["-D", data, "-w", "-m", mode.rawValue, "stop"])
    }
    func restart(_ mode: Shutdown) async throws {
        try await run("pg_ctl", controlling + ["-m", mode.rawValue, "restart"])
    }

    private var controlling: [String] {
        let options = "-c listen_addresses='' -c unix_socket_directories=\(folder.path) -c shared_buffers=32MB"
        return ["-D", data, "-w", "-t", "60", "-l", "\(folder.path)/server.log", "-o", options]
    }

    /// PostgreSQL refuses to run as root.
    private func run(_ program: String, _ arguments: [String]) async throws {
        let path = "\(environment("TEST_POSTGRES_BIN") ?? "/usr/lib/postgresql/15/bin")/\(program)"
        // Run it in a folder that every user can enter.
        var command = ["env", "-C", "/", path] + arguments
        if let user { command = ["runuser", "-u", user, "--"] + command }
        let outputs = try TemporaryFolder()
        defer { outputs.remove() }
        let result = try await Child.run(command[0], Array(command.dropFirst()), in: outputs, within: .seconds(90))
        guard result.end == .exit(0) else {
            throw Failure("\(program) ended with \(result.end): \(result.output) \(result.errorOutput)")
        }
    }
}
