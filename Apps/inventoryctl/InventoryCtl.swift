import ArgumentParser
import Programs

/// The operator's command-line tool.
@main
struct InventoryCtl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventoryctl", abstract: "Administers an inventory service.", version: programVersion,
        subcommands: [
            Migrate.self, Keys.self, ImportCommand.self, ExportCommand.self, Audit.self,
            Mail.self, ReplayCommand.self,
        ])
}
