package import PostgresClient

/// Proves from the whole database that no unit was lost or sold twice.
///
/// It reads one snapshot and takes no lock that blocks a sale.
package struct StockAudit: Sendable {
    /// What the audit found.
    package struct Report: Sendable {
        package let records: Int64
        package let transactions: Int64
        package let reservations: Int64
        /// One sentence per violation, at most `StockAudit.violationLimit` of them.
        package let violations: [String]
        package var isOK: Bool { violations.isEmpty }
    }

    /// The most violations in a report; more would not help an operator.
    package static let violationLimit = 1_000
    /// How long one check may take over a large ledger.
    private static let timeout = Duration.seconds(7_200)

    private let connection: PostgresConnection

    /// - Parameter connection: used only by the audit meanwhile.
    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// - Parameter progress: called with the name of each check before it runs.
    package func run(progress: (String) -> Void) async throws(PostgresError) -> Report {
        try await connection.script("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", timeout: .seconds(30))
        do throws(PostgresError) {
            let report = try await checkAll(progress)
            try await connection.script("COMMIT", timeout: .seconds(30))
            return report
        } catch {
            try? await connection.script("ROLLBACK", timeout: .seconds(30))
            throw error
        }
    }

    private func checkAll(_ progress: (String) -> Void) async throws(PostgresError) -> Report {
        let counts = try await connection.query(PostgresQuery(Self.counts), timeout: Self.timeout)
        var row = counts.row(0)
        let (records, transactions, reservations): (Int64, Int64, Int64) = (
            try row.next(), try row.next(), try row.next()
        )
        var violations: [String] = []
        for check in Self.checks {
            progress(check.name)
            let result = try await connection.query(PostgresQuery(check.statement), timeout: Self.timeout)
            for index in 0..<result.rowCount where violations.count < Self.violationLimit {
                violations.append(try result.row(index).value(0))
            }
        }
        return Report(
            records: records, transactions: transactions, reservations: reservations, violations: violations)
    }
}
