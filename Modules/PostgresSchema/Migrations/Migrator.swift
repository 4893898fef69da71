package import PostgresClient

/// Migrates the schema: applies each migration once, in its own transaction, and records it with its checksum.
///
/// Any number of programs may migrate at once: an advisory lock runs them one after the other.
package struct Migrator: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        /// The text of an applied migration has changed.
        case changed(version: Int64, name: String)
        /// The database has migrations that this program does not know.
        case newer(version: Int64)
        case database(PostgresError)

        package var description: String {
            switch self {
            case .changed(let version, let name):
                "migration \(version) (\(name)) was changed after it had been applied"
            case .newer(let version): "the database is at migration \(version), which this program does not know"
            case .database(let error): error.operatorDescription
            }
        }
    }

    /// Whether a migration has been applied.
    package struct State: Sendable {
        package let version: Int64
        package let name: String
        /// RFC 3339; nil when it has not been applied.
        package let appliedAt: String?
    }

    /// "invent" in ASCII: an arbitrary number that no other program locks.
    private static let lockNumber: Int64 = 0x696E_7665_6E74
    /// A migration may have to rewrite a large table.
    private static let timeout = Duration.seconds(3_600)

    private let connection: PostgresConnection
    private let migrations: [Migration]

    /// - Parameter connection: to the server itself, not through PgBouncer; used only by the migrator meanwhile.
    package init(connection: PostgresConnection, migrations: [Migration]) {
        self.connection = connection
        self.migrations = migrations
    }

    /// Applies the missing migrations.
    /// - Parameter progress: called with each migration before it is applied.
    /// - Returns: how many were applied.
    package func migrate(progress: (Migration) -> Void) async throws(Failure) -> Int {
        do throws(PostgresError) {
            try await connection.script("SELECT pg_advisory_lock(\(Self.lockNumber))", timeout: Self.timeout)
        } catch {
            throw .database(error)
        }
        let result: Result<Int, Failure>
        do throws(Failure) {
            result = .success(try await applyMissing(progress))
        } catch {
            result = .failure(error)
        }
        // If this fails, the lock ends with the connection.
        try? await connection.script("SELECT pg_advisory_unlock(\(Self.lockNumber))", timeout: .seconds(5))
        return try result.get()
    }

    /// Every migration known to this program, and whether it has been applied. Changes nothing.
    package func status() async throws(Failure) -> [State] {
        let applied = try await appliedMigrations()
        try check(applied)
        return migrations.map { migration in
            State(version: migration.version, name: migration.name, appliedAt: applied[migration.version]?.appliedAt)
        }
    }

    private func applyMissing(_ progress: (Migration) -> Void) async throws(Failure) -> Int {
        do throws(PostgresError) {
            try await connection.script(Self.createTable, timeout: Self.timeout)
        } catch {
            throw .database(error)
        }
        let applied = try await appliedMigrations()
        try check(applied)
        var count = 0
        for migration in migrations where applied[migration.version] == nil {
            progress(migration)
            do throws(PostgresError) {
                try await connection.script(transaction(migration), timeout: Self.timeout)
            } catch {
                try? await connection.script("ROLLBACK", timeout: .seconds(5))
                throw .database(error)
            }
            count += 1
        }
        return count
    }

    private func check(_ applied: [Int64: Applied]) throws(Failure) {
        for migration in migrations {
            if let known = applied[migration.version], known.checksum != checksum(migration.sql) {
                throw .changed(version: migration.version, name: migration.name)
            }
        }
        if let newest = applied.keys.max(), newest > Int64(migrations.count) { throw .newer(version: newest) }
    }

    private struct Applied {
        let checksum: String
        let appliedAt: String
    }

    private func appliedMigrations() async throws(Failure) -> [Int64: Applied] {
        do throws(PostgresError) {
            let exists = try await connection.query(PostgresQuery(Self.tableExists), timeout: .seconds(30))
            guard try exists.row(0).value(0, as: Bool.self) else { return [:] }
            let result = try await connection.query(PostgresQuery(Self.listApplied), timeout: .seconds(30))
            var applied: [Int64: Applied] = [:]
            for index in 0..<result.rowCount {
                var row = result.row(index)
                applied[try row.next()] = Applied(checksum: try row.next(), appliedAt: try row.next())
            }
            return applied
        } catch {
            throw .database(error)
        }
    }

    private func transaction(_ migration: Migration) -> String {
        // Names come from file names and may hold a quote.
        let name = migration.name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        return """
            BEGIN;
            \(migration.sql)
            ;
            INSERT INTO schema_migrations (version, name, checksum)
            VALUES (\(migration.version), '\(name)', '\(checksum(migration.sql))');
            COMMIT
            """
    }

    /// FNV-1a, 64 bits (Fowler, Noll, Vo). It must detect edits, not forgeries.
    private func checksum(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }

    private static let createTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version bigint PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    private static let tableExists = PostgresStatement("SELECT to_regclass('schema_migrations') IS NOT NULL")
    private static let listApplied = PostgresStatement(
        """
        SELECT version, checksum, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        FROM schema_migrations
        """)
}
