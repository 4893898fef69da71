import Foundation
import TestSupport
import Testing

extension SystemTests {
    /// An independent check: schemathesis reads `/openapi.json` and checks that the server conforms to it.
    @Suite struct SchemathesisTests {
        /// Examples per route and phase, beyond those for coverage: a minute in all. Raise it by hand to find more.
        private static let examples = "4"

        @Test(
            .enabled(if: environment("TEST_SCHEMATHESIS") != nil, "scripts/test could not fetch schemathesis"),
            .timeLimit(.minutes(5)))
        func `Schemathesis finds no difference between the server and its description`() async throws {
            let program = try #require(environment("TEST_SCHEMATHESIS"))
            let home = TestDatabase.folder().deletingLastPathComponent().path + "/Tests/Schemathesis"
            try await Stage.with(servers: 1) { stage in
                // The entities named in the description's examples, including a low record with its alert and
                // suggestion.
                try await stage.stock(["LAPTOP-001"], in: ["WH1", "WH2"], quantity: 900_000_000)
                let open = try #require(await stage.clients.first)
                let policy: JSON = ["reorder_point": 900_000_000, "reorder_quantity": 25]
                try await stage.require(open.put("/inventory/LAPTOP-001/WH2", policy))
                let key = try await stage.createKey("schemathesis", ["admin"])
                let server = try await stage.startServer(["AUTH_MODE": "keys"])
                let run = try await Child.run(
                    program,
                    [
                        "--config-file", "\(home)/schemathesis.toml", "run", "\(server.url)/openapi.json", "--no-color",
                        "--warnings", "off", "--continue-on-failure", "--generation-database", "none", "--seed", "1",
                        "--max-examples", Self.examples, "--header", "Authorization: Bearer \(key)",
                        // Marks the requests as proxied: on loopback the description needs no key.
                        "--header", "X-Forwarded-For: 203.0.113.7",
                    ],
                    environment: [
                        "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": home, "PYTHONDONTWRITEBYTECODE": "1",
                        "HYPOTHESIS_STORAGE_DIRECTORY": "\(stage.folder.path)/hypothesis",
                    ],
                    in: stage.folder, within: .seconds(240))
                #expect(run.end == .exit(0), "\(run.output) \(run.errorOutput)")
                let counts = run.output.firstMatch(of: /(\d+) generated, (\d+) passed/)
                #expect(counts.flatMap { Int($0.1) } ?? 0 > 1_000, "\(run.output.suffix(400))")
                print("schemathesis: \(counts.map { String($0.0) } ?? "nothing")")
            }
        }
    }
}
