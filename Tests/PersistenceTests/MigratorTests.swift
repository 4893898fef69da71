import Foundation
import PostgresClient
import PostgresSchema
import TestSupport
import Testing

/// Each migration is applied once, however many programs migrate.
@Suite(.serialized)
struct MigratorTests {
    private func withEmptyDatabase(_ body: (PostgresConfiguration) async throws -> Void) async throws {
        let name = "empty_\(UInt64.random(in: 0...UInt64.max))"
        try await TestDatabase.administer("CREATE DATABASE \(name)")
        do {
            try await body(
                PostgresConfiguration(conninfo: TestDatabase.url(of: name), applicationName: "migrator test"))
        } catch {
            try await TestDatabase.administer("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
        try await TestDatabase.administer("DROP DATABASE \(name) WITH (FORCE)")
    }

    private func migrate(_ configuration: PostgresConfiguration, _ migrations: [Migration]) async throws -> Int {
        let connection = try await PostgresConnection.connect(
            configuration: configuration, reactor: TestDatabase.reactor)
        do {
            let count = try await Migrator(connection: connection, migrations: migrations).migrate { _ in }
            await connection.close()
            return count
        } catch {
            await connection.close()
            throw error
        }
    }

    @Test("two programs that start at once apply each migration once")
    func atOnce() async throws {
        let migrations = try MigrationFolder.read(TestDatabase.folder())
        try await withEmptyDatabase { configuration in
            async let first = migrate(configuration, migrations)
            async let second = migrate(configuration, migrations)
            let counts = try await [first, second].sorted()
            #expect(counts == [0, migrations.count])
        }
    }

    @Test("a failing migration leaves nothing behind, and the earlier ones stay applied")
    func failing() async throws {
        let good = Migration(version: 1, name: "good", sql: "CREATE TABLE good (id int)")
        let bad = Migration(version: 2, name: "bad", sql: "CREATE TABLE half (id int); SELECT 1 / 0")
        try await withEmptyDatabase { configuration in
            await #expect(throws: Migrator.Failure.self) { try await migrate(configuration, [good, bad]) }
            let mended = Migration(version: 2, name: "bad", sql: "CREATE TABLE half (id int)")
            let count = try await migrate(configuration, [good, mended])
            #expect(count == 1)
        }
    }

    @Test("an applied migration that was changed, and a database with newer migrations, are refused")
    func refused() async throws {
        let one = Migration(version: 1, name: "one", sql: "SELECT 1")
        let two = Migration(version: 2, name: "two", sql: "SELECT 2")
        try await withEmptyDatabase { configuration in
            let count = try await migrate(configuration, [one, two])
            #expect(count == 2)
            let changed = Migration(version: 1, name: "one", sql: "SELECT 3")
            await #expect(throws: Migrator.Failure.self) { try await migrate(configuration, [changed, two]) }
            await #expect(throws: Migrator.Failure.self) { try await migrate(configuration, [one]) }
        }
    }

    @Test("a folder with a gap or a bad name is refused")
    func folder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("migrations-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String) throws {
            try "SELECT 1".write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        try write("0001_first.sql")
        #expect(try MigrationFolder.read(folder).map(\.name) == ["first"])
        try write("0003_third.sql")
        #expect(throws: MigrationFolder.Failure.self) { try MigrationFolder.read(folder) }
        try write("second.sql")
        #expect(throws: MigrationFolder.Failure.self) { try MigrationFolder.read(folder) }
    }
}
