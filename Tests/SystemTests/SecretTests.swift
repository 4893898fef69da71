import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// The programs never reveal secrets from their settings.
    @Suite struct SecretTests {
        private static let secret = "S3cr3tW0rd"

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                ["inventory-api"], ["inventory-sweeper"], ["inventory-mailer"], ["inventoryctl", "audit"],
                ["inventoryctl", "keys", "list"],
            ])
        func `An invalid database address exits with 64 and one line without its password`(
            _ words: [String]
        ) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            for address in ["postgresql://u:\(Self.secret)@[::1/db", "postgresql://u:p@\(Self.secret)@h/db"] {
                var environment = ["DATABASE_URL": address, "HTTP_PORT": "0", "AUTH_MODE": "off"]
                environment["SMTP_URL"] = "smtp://127.0.0.1:1"
                environment["ALERT_FROM"] = "a@example.com"
                environment["ALERT_TO"] = "b@example.com"
                let run = try await Child.run(
                    Products.path(words[0]), Array(words.dropFirst()), environment: environment, in: folder)
                let said = run.output + run.errorOutput
                #expect(run.end == .exit(64), "\(said)")
                #expect(said.contains("DATABASE_URL") && said.split(separator: "\n").count == 1, "\(said)")
                #expect(!said.contains(Self.secret), "\(said)")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `An unreachable database and Redis are logged without their passwords`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let settings = [
                "DATABASE_URL": "postgresql://u:\(Self.secret)@127.0.0.1:1/db",
                "REDIS_URL": "redis://:\(Self.secret)@127.0.0.1:1", "LOG_LEVEL": "trace",
            ]
            let api = try APIProcess.launch(settings, in: folder)
            defer { api.send(SIGKILL) }
            try await eventually(within: .seconds(20), "both failures are logged") {
                api.errorOutput.contains("postgresql: ") && api.errorOutput.contains("redis: ")
            }
            #expect(!api.errorOutput.contains(Self.secret), "\(api.errorOutput)")
        }
    }
}
