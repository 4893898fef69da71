import ArgumentParser
import PostgresClient
import PostgresSchema
import Settings

/// `inventoryctl audit`: checks the whole database to prove that no unit was lost or sold twice.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Proves that ledger, records, reservations and alerts agree.",
        discussion: "Exit status 0 and one line if they agree; otherwise 1 and one line per violation.")

    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions

    func run() async throws {
        let settings = try readingSettings {
            try DatabaseSettings(
                SettingsSource(config: config, options: [database]), fault: PostgresConfiguration.fault)
        }
        let session = try await DirectSession.open(settings)
        let report: StockAudit.Report
        do {
            report = try await StockAudit(connection: session.connection).run { check in
                writeToStandardError("checking: \(check)")
            }
        } catch {
            await session.close()
            throw Failure.unusable(error.operatorDescription)
        }
        await session.close()
        for violation in report.violations { print(violation) }
        guard report.isOK else { throw ExitCode(1) }
        print(
            "ok: \(report.records) records, \(report.transactions) transactions, \(report.reservations) reservations")
    }
}
