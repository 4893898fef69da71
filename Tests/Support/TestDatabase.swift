public import Foundation
public import PostgresClient
import PostgresSchema
public import Reactor
import Synchronization

/// A migrated database for a single test, on the server of `TEST_DATABASE_URL`.
public struct TestDatabase: Sendable {
    public let name: String
    /// How to connect to it.
    public let configuration: PostgresConfiguration

    public static let reactor: Reactor = {
        do { return try Reactor(name: "test") } catch { fatalError("no reactor: \(error)") }
    }()

    private static let serverURL: String = {
        guard let url = environment("TEST_DATABASE_URL") else {
            fatalError("TEST_DATABASE_URL is not set; run scripts/test")
        }
        return url
    }()

    /// Created once per process, because copying it is much faster than migrating each database.
    private static let template = AsyncLazy<String> {
        let name = "template_\(ProcessInfo.processInfo.processIdentifier)_\(UInt32.random(in: 0...UInt32.max))"
        try await administer("CREATE DATABASE \(name)")
        try await TestDatabase(name: name, configuration: configuration(of: name)).migrate()
        // PostgreSQL copies a database only while no session is connected to it.
        try await eventually("all sessions of the template are closed") {
            let count = try await count("SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)'")
            return count == 0
        }
        return name
    }

    /// Runs a body with a new database, and drops the database afterwards.
    public static func with<Value>(_ body: (TestDatabase) async throws -> Value) async throws -> Value {
        try await with(copyOf: try await template.value(), body)
    }

    /// The same with the first migrations alone, as a program of an earlier version left it.
    public static func with<Value>(
        migrations count: Int, _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        try await with(copyOf: "template0") { database in
            try await database.migrate(first: count)
            return try await body(database)
        }
    }

    /// Applies the migrations that are missing, or those that are missing of the first ones.
    public func migrate(first count: Int = .max) async throws {
        let connection = try await PostgresConnection.connect(
            configuration: configuration, reactor: Self.reactor)
        let migrations = try MigrationFolder.read(Self.folder()).prefix(count)
        _ = try await Migrator(connection: connection, migrations: Array(migrations)).migrate { _ in }
        await connection.close()
    }

    private static func with<Value>(
        copyOf template: String, _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let name = "test_\(UInt64.random(in: 0...UInt64.max))"
        try await administer("CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY file_copy")
        let database = TestDatabase(name: name, configuration: configuration(of: name))
        do {
            let value = try await body(database)
            try await administer("DROP DATABASE \(name) WITH (FORCE)")
            return value
        } catch {
            try? await administer("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
    }

    /// The repository's migrations.
    public static func folder() -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("migrations")
    }

    /// Runs plain SQL on the server's own database.
    public static func administer(_ sql: String) async throws {
        let connection = try await PostgresConnection.connect(
            configuration: configuration(of: nil), reactor: reactor)
        do {
            try await connection.script(sql, timeout: .seconds(60))
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    static func count(_ sql: String) async throws -> Int64 {
        let connection = try await PostgresConnection.connect(
            configuration: configuration(of: nil), reactor: reactor)
        let result = try await connection.query(PostgresQuery(PostgresStatement(sql)), timeout: .seconds(30))
        let count: Int64 = try result.row(0).value(0)
        await connection.close()
        return count
    }

    /// The server's URL with another database name.
    public static func url(of name: String?) -> String {
        guard let name else { return serverURL }
        guard var parts = URLComponents(string: serverURL), parts.scheme?.hasPrefix("postgres") == true else {
            return "\(serverURL) dbname=\(name)"
        }
        parts.path = "/\(name)"
        return parts.string ?? serverURL
    }

    static func configuration(of name: String?) -> PostgresConfiguration {
        PostgresConfiguration(conninfo: url(of: name), applicationName: "inventory tests")
    }
}

/// A value that is made on first use; later callers share it.
final class AsyncLazy<Value: Sendable>: Sendable {
    private let task = Mutex<Task<Value, any Error>?>(nil)
    private let make: @Sendable () async throws -> Value

    init(_ make: @escaping @Sendable () async throws -> Value) {
        self.make = make
    }

    func value() async throws -> Value {
        let task = task.withLock { task in
            if let task { return task }
            let make = make
            let started = Task { try await make() }
            task = started
            return started
        }
        return try await task.value
    }
}
