import AsyncHTTPClient
import Foundation
import NIOCore
import TestSupport
import Testing

/// A test's complete system: a database, API processes and optionally Redis. Everything ends with the test, and a final
/// audit must find the data consistent.
final class Stage: Sendable {
    /// The URL for the test's own access to the database.
    let database: String
    let redis: PrivateRedis
    let folder: TemporaryFolder
    let http: HTTPClient
    let apis = Servers()
    private let settings: [String: String]

    /// The running processes; tests may end some and start others.
    actor Servers {
        private(set) var running: [APIProcess] = []

        func add(_ api: APIProcess) { running.append(api) }
        func remove(_ api: APIProcess) { running.removeAll { $0 === api } }

        func endAll() async {
            for api in running {
                api.thaw()
                await api.crash()
            }
        }
    }

    private init(database: String, settings: [String: String], folder: TemporaryFolder, usesRedis: Bool) {
        self.database = database
        self.folder = folder
        redis = PrivateRedis(in: folder)
        var all = ["DATABASE_URL": database]
        if usesRedis { all["REDIS_URL"] = redis.url }
        self.settings = all.merging(settings) { $1 }
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        // Tests must see an unreachable server, so the client does not retry.
        configuration.connectionPool.retryConnectionEstablishment = false
        // This limit also counts the wait for a free connection, which a thousand concurrent calls need on a slow
        // machine, so each call has its own limit instead.
        configuration.timeout = .init(connect: .seconds(60), read: .seconds(30))
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Runs a body with a new system.
    /// - Parameters:
    ///   - servers: API processes to start.
    ///   - redis: without it there may be only one server, and no cache.
    ///   - settings: settings of the API in addition to the database and Redis.
    ///   - postgres: the test's private server; nil uses a database on the shared one.
    static func with<Value: Sendable>(
        servers: Int = 2, redis: Bool = true, settings: [String: String] = [:], postgres: PrivatePostgres? = nil,
        _ body: (Stage) async throws -> Value
    ) async throws -> Value {
        guard let postgres else {
            return try await TestDatabase.with { database in
                try await run(TestDatabase.url(of: database.name), servers, redis, settings, body)
            }
        }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let url = postgres.url("postgres")
        let migration = try await Products.inventoryctl(
            ["migrate", "--migrations", TestDatabase.folder().path], database: url, in: folder)
        guard migration.end == .exit(0) else { throw Failure("migrate: \(migration.errorOutput)") }
        return try await run(url, servers, redis, settings, body)
    }

    private static func run<Value: Sendable>(
        _ database: String, _ servers: Int, _ redis: Bool, _ settings: [String: String],
        _ body: (Stage) async throws -> Value
    ) async throws -> Value {
        let stage = Stage(database: database, settings: settings, folder: try TemporaryFolder(), usesRedis: redis)
        let result: Result<Value, any Error>
        do {
            if redis { try await stage.redis.start() }
            for _ in 0..<servers { _ = try await stage.startServer() }
            let value = try await body(stage)
            try await stage.check()
            result = .success(value)
        } catch {
            await stage.reportLogs()
            result = .failure(error)
        }
        await stage.apis.endAll()
        await stage.redis.crash()
        try? await stage.http.shutdown()
        stage.folder.remove()
        return try result.get()
    }

    // MARK: Servers

    @discardableResult
    func startServer(_ more: [String: String] = [:]) async throws -> APIProcess {
        let api = try await APIProcess.start(settings.merging(more) { $1 }, in: folder)
        await apis.add(api)
        return api
    }

    /// Starts an API process with the stage's settings.
    func launch(_ more: [String: String]) throws -> Child {
        try APIProcess.launch(settings.merging(more) { $1 }, in: folder)
    }

    /// Checks and ends the servers, for a test whose own database server ends before the stage.
    func endServers() async throws {
        try await check()
        for api in await servers {
            await api.crash()
            await apis.remove(api)
        }
    }

    /// Removes a server that the test has ended.
    func forget(_ api: APIProcess) async { await apis.remove(api) }

    func client(_ api: APIProcess) -> StockClient { StockClient(url: api.url, http: http) }

    var servers: [APIProcess] { get async { await apis.running } }
    var clients: [StockClient] { get async { await apis.running.map(client) } }

    // MARK: The end

    /// Checks that every server is running, none of them logged an internal fault, and the data is consistent.
    private func check() async throws {
        for api in await servers {
            #expect(api.child.end == nil, "a server ended: \(api.logTail())")
            let faults = api.logLines(level: "critical") + api.logLines(level: "error").filter { !Self.isOutage($0) }
            #expect(faults.isEmpty, "\(faults.prefix(5).joined(separator: "\n"))")
        }
        try await audit()
    }

    /// Whether an error line only reports that the database was unreachable.
    private static func isOutage(_ line: Substring) -> Bool {
        line.contains("\"message\":\"cannot connect to the database\"")
            || line.contains("cannot find out whether a COMMIT took effect")
    }

    func audit() async throws {
        let audit = try await Products.inventoryctl(["audit"], database: database, in: folder)
        #expect(audit.end == .exit(0), "\(audit.output) \(audit.errorOutput)")
        #expect(audit.output.hasPrefix("ok: "), "\(audit.output)")
    }

    /// The servers' log lines of failed requests, except those refused as busy.
    func faultLines(_ count: Int = 5) async -> String {
        await servers.flatMap { api in
            api.child.errorOutput.split(separator: "\n").filter {
                $0.contains("\"message\":\"request\"") && $0.contains("\"status\":5") && !$0.contains("system_busy")
            }
        }.suffix(count).joined(separator: "\n")
    }

    private func reportLogs() async {
        for api in await servers {
            print(
                "--- log of the server on port \(api.port), \(api.child.end.map(String.init(describing:)) ?? "alive")")
            print(api.logTail())
        }
    }
}
