import Glibc
import PostgresClient
import Reactor
import Testing

/// A server that a test may stop, start and freeze. `TEST_POSTGRES_BIN` names the folder of its programs.
struct OwnServer {
    static var programs: String? { getenv("TEST_POSTGRES_BIN").map { String(cString: $0) } }
    private static let thread = BlockingThread(name: "own-server")

    let folder: String
    private let programs: String

    /// Runs `body` with a server on a socket in a temporary folder.
    static func run(options: String = "", tls: Bool = false, _ body: (OwnServer) async throws -> Void) async throws {
        let server = try OwnServer()
        do {
            try await server.initialize(tls: tls)
            try await server.start(options: options)
            try await body(server)
            try await server.remove()
        } catch {
            try await server.remove()
            throw error
        }
    }

    private init() throws {
        programs = try #require(Self.programs)
        var template = Array("/tmp/own-postgres.XXXXXX".utf8CString)
        folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    func configuration(_ more: String = "") -> PostgresConfiguration {
        PostgresConfiguration(
            conninfo: "host=\(folder) user=postgres dbname=postgres \(more)",
            applicationName: "own-server",
            connectTimeout: .seconds(2)
        )
    }

    /// TLS needs a TCP port; the process number makes a free one likely.
    var port: Int { 20_000 + Int(getpid() % 10_000) }

    func start(options: String = "") async throws {
        try await shell(
            asServer: "\(programs)/pg_ctl -D \(folder)/data -w -l \(folder)/log "
                + "-o \"-k \(folder) -c listen_addresses='' -c fsync=off \(options)\" start"
        )
    }

    /// Stops the server at once, like a crash.
    func crash() async throws {
        try await shell(asServer: "\(programs)/pg_ctl -D \(folder)/data -m immediate stop")
    }

    private func initialize(tls: Bool) async throws {
        if geteuid() == 0 { try await shell("chown postgres \(folder)") }
        try await shell(
            asServer: "\(programs)/initdb -D \(folder)/data -A trust -U postgres -E UTF8 --locale=C --no-sync"
        )
        guard tls else { return }
        try await shell(
            asServer: "openssl req -new -x509 -nodes -days 2 -subj /CN=localhost "
                + "-out \(folder)/data/server.crt -keyout \(folder)/data/server.key"
        )
        try await shell("chmod 600 \(folder)/data/server.key")
    }

    private func remove() async throws {
        try? await crash()
        try await shell("rm -rf \(folder)")
    }

    /// PostgreSQL refuses to run as root.
    private func shell(asServer command: String) async throws {
        try await shell(geteuid() == 0 ? "runuser -u postgres -- \(command)" : command)
    }

    private func shell(_ command: String) async throws {
        let status = try await Self.thread.run { system("cd / && \(command) >/dev/null 2>&1") }
        try #require(status == 0, "\(command) ended with \(status)")
    }
}
