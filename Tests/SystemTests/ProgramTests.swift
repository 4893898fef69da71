import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// How the programs start and end (docs/operations.md).
    @Suite struct ProgramTests {
        private static let programs = ["inventory-api", "inventoryctl"]

        @Test(.timeLimit(.minutes(1)), arguments: programs)
        func `Help and version are printed and exit with 0`(_ name: String) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            for option in ["--help", "--version"] {
                let run = try await Child.run(Products.path(name), [option], in: folder)
                #expect(run.end == .exit(0), "\(option): \(run.errorOutput)")
                #expect(!run.output.isEmpty)
            }
        }

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                ("HTTP_PORT", "eighty"), ("HTTP_PORT", "70000"), ("AUTH_MODE", "maybe"),
                ("AUTH_MODE", "keys+jwt"), ("LOCK_LEASE_MS", "-1"),
                ("LOCK_WAIT_MS", "5s"), ("LOCK_ON_REDIS_FAILURE", "panic"), ("REDIS_URL", "http://localhost"),
                ("LOG_FORMAT", "xml"), ("CACHE_TTL_SECONDS", "1.5"), ("RESERVATION_TTL_SECONDS", "0"),
                // Without authentication only loopback is allowed.
                ("HTTP_HOST", "0.0.0.0"), ("HTTP_HOST", "::"),
            ])
        func `An invalid setting exits with 64 and one line that names it`(_ name: String, _ value: String) async throws
        {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let url = TestDatabase.url(of: nil)
            let child = try APIProcess.launch(["DATABASE_URL": url, name: value], in: folder)
            defer { child.send(SIGKILL) }
            #expect(try await child.waitForEnd(within: .seconds(10)) == .exit(64), "\(child.errorOutput)")
            let lines = child.errorOutput.split(separator: "\n")
            #expect(lines.count == 1, "\(child.errorOutput)")
            // Either of two contradicting settings may be named.
            let isNamed = lines.first.map { $0.contains(name) || (name == "HTTP_HOST" && $0.contains("AUTH_MODE")) }
            #expect(isNamed == true, "\(child.errorOutput)")
        }

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                (["JWT_HS256_SECRET": "only-31-bytes-0123456789-012345"], "JWT_HS256_SECRET"),
                (["JWT_HS256_SECRET_FILE": "/nowhere/secret"], "JWT_HS256_SECRET_FILE"),
                (["JWT_JWKS": "/nowhere/keys.json"], "JWT_JWKS"), (["JWT_JWKS": "/dev/null"], "JWT_JWKS"),
                (["JWT_JWKS": "/usr"], "JWT_JWKS"), (["JWT_ISSUER": "x"], "JWT_JWKS"),
            ])
        func `Tokens without a way to verify them exit with 64 and one line`(
            _ settings: [String: String], _ name: String
        ) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let common = ["DATABASE_URL": TestDatabase.url(of: nil), "AUTH_MODE": "keys+jwt"]
            let child = try APIProcess.launch(common.merging(settings) { $1 }, in: folder)
            defer { child.send(SIGKILL) }
            #expect(try await child.waitForEnd(within: .seconds(10)) == .exit(64), "\(child.errorOutput)")
            let lines = child.errorOutput.split(separator: "\n")
            #expect(lines.count == 1 && lines[0].contains(name), "\(child.errorOutput)")
            #expect(!child.errorOutput.contains("only-31-bytes"))
        }

        @Test(.timeLimit(.minutes(1))) func `A missing database address and an unknown option exit with 64`()
            async throws
        {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let missing = try APIProcess.launch([:], in: folder)
            #expect(try await missing.waitForEnd(within: .seconds(10)) == .exit(64))
            #expect(missing.errorOutput.contains("DATABASE_URL"))
            let unknown = try await Child.run(Products.path("inventory-api"), ["--colour", "red"], in: folder)
            #expect(unknown.end == .exit(64))
            #expect(unknown.errorOutput.contains("colour"))
        }

        @Test(.timeLimit(.minutes(1))) func `An address with several hosts works even if the first one is down`()
            async throws
        {
            try await Stage.with(servers: 0) { stage in
                let address = try await stage.databaseAddress()
                let name = "user=\(address.user) dbname=\(address.database) target_session_attrs=read-write"
                let hosts = "host=\(stage.folder.path)/none,\(address.folder) port=5432,\(address.port)"
                try await stage.startServer(["DATABASE_URL": "\(hosts) \(name)"])
                try await stage.startServer([
                    "DATABASE_URL": "host=127.0.0.1,\(address.folder) port=1,\(address.port) sslmode=disable \(name)"
                ])
                try await stage.stock(["HOSTS"], quantity: 1)
                for client in await stage.clients {
                    #expect(try await client.receive("HOSTS", "WH1", 1).status == 200)
                    #expect(try await client.health().json["status"] == "ok")
                }
                let audit = try await Products.inventoryctl(["audit"], database: "\(hosts) \(name)", in: stage.folder)
                #expect(audit.output.hasPrefix("ok: "), "\(audit.errorOutput)")
            }
        }
    }
}
