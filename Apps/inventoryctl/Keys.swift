import ArgumentParser
import Credentials
import PostgresClient
import PostgresStores
import Settings
import UseCases

/// `inventoryctl keys`: who may call the API.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes, lists and revokes API keys.",
        subcommands: [KeysCreate.self, KeysList.self, KeysRevoke.self])
}

/// `inventoryctl keys create`: a new key, shown this once.
struct KeysCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a key and prints it, alone, on the last line of standard output.",
        discussion: "It is shown this once and kept nowhere. A name is never given a second time.")

    @Option(help: "What the ledger calls its holder: 1 to 64 visible characters.") var name: APIKeyName
    @Option(
        help: ArgumentHelp(
            "What it allows: \(Scope.allCases.map(\.rawValue).joined(separator: ", ")); may be repeated.",
            valueName: "scope"))
    var scope: [Scope]
    @Option(help: ArgumentHelp("How long it holds: 90d, 12h or 30m (default: until revoked).", valueName: "time"))
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
            writeToStandardError("\(name): \(KeyLines.scopes(of: key)) \(end); the key is shown this once")
            print(secret.text)
        }
    }
}

/// `inventoryctl keys list`: every key that ever was, without its text.
struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all keys, the expired and revoked ones included.")

    @Flag(help: "For a program: an array of objects.") var json = false
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

/// `inventoryctl keys revoke N`: the key opens nothing any more, on any server, five seconds later at most.
struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revokes a key for good, on every server within five seconds.")

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
