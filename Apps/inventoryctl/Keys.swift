import ArgumentParser
import Credentials
import PostgresClient
import PostgresStores
import Settings
import UseCases

/// `inventoryctl keys`: manages the API keys.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Creates, lists and revokes API keys.",
        subcommands: [KeysCreate.self, KeysList.self, KeysRevoke.self])
}

/// `inventoryctl keys create`: creates a key and shows it once.
struct KeysCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Creates a key and prints it by itself on the last line of standard output.",
        discussion: "The key is shown only once and stored nowhere. A name cannot be used again.")

    @Option(help: "The actor in the ledger: 1 to 64 visible characters.") var name: APIKeyName
    @Option(
        help: ArgumentHelp(
            "What the key allows: \(Scope.allCases.map(\.rawValue).joined(separator: ", ")); may be repeated.",
            valueName: "scope"))
    var scope: [Scope]
    @Option(help: ArgumentHelp("How long it is valid: 90d, 12h or 30m (default: until revoked).", valueName: "time"))
    var expires: KeyLife?
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions

    func validate() throws {
        guard !scope.isEmpty else { throw ValidationError("--scope is missing") }
    }

    func run() async throws {
        let settings = try readingSettings {
            try DatabaseSettings(
                SettingsSource(config: config, options: [database]), fault: PostgresConfiguration.fault)
        }
        try await PooledSession.run(settings) { client in
            var random = SystemRandomNumberGenerator()
            let secret = APIKeySecret(using: &random)
            let key = try await PostgresAPIKeyStore(client: client).create(
                name, hash: secret.hash, scopes: Set(scope), seconds: expires?.seconds)
            let end = key.expiresAt.map { "until \(KeyLines.time($0))" } ?? "until it is revoked"
            writeToStandardError("\(name): \(KeyLines.scopes(of: key)) \(end); the key is shown only once")
            print(secret.text)
        }
    }
}

/// `inventoryctl keys list`: shows every key ever created, without its text.
struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all keys, including expired and revoked ones.")

    @Flag(help: "Print the keys as a JSON array.") var json = false
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions

    func run() async throws {
        let settings = try readingSettings {
            try DatabaseSettings(
                SettingsSource(config: config, options: [database]), fault: PostgresConfiguration.fault)
        }
        try await PooledSession.run(settings) { client in
            let keys = try await PostgresAPIKeyStore(client: client).list()
            if json {
                print(try KeyLines.json(keys))
            } else {
                for line in KeyLines.table(keys) { print(line) }
            }
        }
    }
}

/// `inventoryctl keys revoke N`: revokes a key; every server refuses it within five seconds.
struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revokes a key permanently, on every server within five seconds.")

    @Argument(help: "The key's name.") var name: APIKeyName
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions

    func run() async throws {
        let settings = try readingSettings {
            try DatabaseSettings(
                SettingsSource(config: config, options: [database]), fault: PostgresConfiguration.fault)
        }
        try await PooledSession.run(settings) { client in
            let key = try await PostgresAPIKeyStore(client: client).revoke(name)
            print("\(name): revoked \(key.revokedAt.map(KeyLines.time) ?? "")")
        }
    }
}
