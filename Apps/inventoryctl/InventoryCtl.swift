import ArgumentParser

/// The operator's tool.
@main
struct InventoryCtl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventoryctl", abstract: "Looks after an inventory.", version: "1.0.0",
        subcommands: [
            Migrate.self, Keys.self, ImportCommand.self, ExportCommand.self, Audit.self,
            Mail.self, ReplayCommand.self,
        ])
}
