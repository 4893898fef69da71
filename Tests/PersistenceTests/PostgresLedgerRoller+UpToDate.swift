import PostgresReports

extension PostgresLedgerRoller {
    /// Rolls until nothing is left.
    func rollUpToDate() async throws {
        while let pass = try await pass(), !pass.isComplete {}
    }
}
