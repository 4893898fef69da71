import ArgumentParser
import PostgresClient
import PostgresSchema
import Reactor
import Settings

/// `inventoryctl migrate`: applies the missing migrations, or lists which are applied.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Applies the migrations that are missing.")

    @Flag(help: "Only list the migrations and when each was applied.") var status = false
    @Option(help: ArgumentHelp("The folder of the migrations.", valueName: "folder")) var migrations: String?
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions

    func run() async throws {
        let settings = try readingSettings {
            try DatabaseSettings(
                SettingsSource(config: config, options: [database]), fault: PostgresConfiguration.fault)
        }
        let known: [Migration]
        do {
            let folder = try MigrationFolder.find(named: migrations, program: CommandLine.arguments[0])
            known = try MigrationFolder.read(folder)
        } catch {
            throw Failure.unusable("\(error)")
        }
        let session = try await DirectSession.open(settings)
        let migrator = Migrator(connection: session.connection, migrations: known)
        do {
            if status {
                for state in try await migrator.status() {
                    print("\(state.version)\t\(state.name)\t\(state.appliedAt ?? "missing")")
                }
            } else {
                let count = try await migrator.migrate { migration in
                    writeToStandardError("applying \(migration.version) \(migration.name)")
                }
                print(count == 0 ? "up to date at \(known.count)" : "applied \(count), now at \(known.count)")
            }
        } catch {
            await session.close()
            throw Failure.unusable("\(error)")
        }
        await session.close()
    }
}
