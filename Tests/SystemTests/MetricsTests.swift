import Foundation
import Glibc
import MailTesting
import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// The metrics of the programs, and that Prometheus accepts them.
    @Suite struct MetricsTests {
        /// Names and types of a program's metrics in docs/observability/README.md.
        private static func documented(_ program: String) throws -> [String: String] {
            let file = TestDatabase.folder().deletingLastPathComponent()
                .appending(path: "docs/observability/README.md")
            var types: [String: String] = [:]
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            where line.hasPrefix("| `") {
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                guard cells.count == 5, cells[3].split(separator: ", ").contains(Substring(program)) else { continue }
                types[cells[0].trimmingCharacters(in: ["`"])] = cells[1]
            }
            return types
        }

        private static func shown(_ text: String) -> [String: String] {
            var types: [String: String] = [:]
            for line in text.split(separator: "\n") where line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                types[String(words[2])] = String(words[3])
            }
            return types
        }

        /// Runs all three programs on one stage; passes the ports of their `/metrics`.
        private static func withPrograms(
            _ body: @escaping @Sendable (Stage, _ ports: [(program: String, port: Int)]) async throws -> Void
        ) async throws {
            let settings = ["RATE_LIMIT_PER_SECOND": "1000", "AUTH_MODE": "keys"]
            try await Stage.with(servers: 1, settings: settings) { stage in
                let mail = try await MailServer()
                let sweeper = try SweeperProcess.launch(stage, [], ["METRICS_PORT": "0"])
                let mailer = try await MailerProcess.start(stage, mail.url)
                let api = try #require(await stage.apis.running.first)
                let ports = [
                    ("api", api.port), ("sweeper", try await statusPort(of: sweeper)),
                    ("mailer", try await statusPort(of: mailer.child)),
                ]
                let result: Result<Void, any Error>
                do {
                    try await body(stage, ports)
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                await sweeper.kill()
                await mailer.child.kill()
                try result.get()
            }
        }

        private static func scrape(_ port: Int, _ stage: Stage) async throws -> String {
            let client = StockClient(url: "http://127.0.0.1:\(port)", http: stage.http)
            return String(decoding: try await client.send(.GET, "/metrics").bytes, as: UTF8.self)
        }

        @Test(.timeLimit(.minutes(2)))
        func `Each program exposes its documented metrics, each with type and help`() async throws {
            try await Self.withPrograms { stage, ports in
                for (program, port) in ports {
                    // The first response appears in the histogram of the second.
                    _ = try await Self.scrape(port, stage)
                    let text = try await Self.scrape(port, stage)
                    #expect(try Self.shown(text) == Self.documented(program), "\(program)")
                    for name in Self.shown(text).keys { #expect(text.contains("# HELP \(name) "), "\(name)") }
                }
            }
        }

        @Test(
            .enabled(if: environment("TEST_PROMETHEUS") != nil, "Prometheus is not installed"),
            .timeLimit(.minutes(2)))
        func `Prometheus scrapes all three programs and accepts the metrics and rules`() async throws {
            let prometheus = try #require(environment("TEST_PROMETHEUS"))
            try await Self.withPrograms { stage, ports in
                for (program, port) in ports {
                    _ = try await Self.scrape(port, stage)
                    let file = "\(stage.folder.path)/\(program).metrics"
                    try await Self.scrape(port, stage).write(toFile: file, atomically: true, encoding: .utf8)
                    let check = try await Child.run(
                        "/bin/sh", ["-c", "exec promtool check metrics < '\(file)'"], in: stage.folder)
                    #expect(check.end == .exit(0), "\(program): \(check.errorOutput)")
                }
                let folder = TestDatabase.folder().deletingLastPathComponent()
                    .appending(path: "docs/observability").path
                let rules = "\(folder)/alerts.yml"
                let targets = ports.map {
                    "{job_name: inventory-\($0.program), static_configs: [{targets: ['127.0.0.1:\($0.port)']}]}"
                }
                let settings = "\(stage.folder.path)/prometheus.yml"
                try """
                global: {scrape_interval: 1s}
                rule_files: ['\(rules)']
                scrape_configs: [\(targets.joined(separator: ", "))]
                """.write(toFile: settings, atomically: true, encoding: .utf8)
                for arguments in [["check", "rules", rules], ["test", "rules", "\(folder)/alerts.test.yml"]] {
                    let check = try await Child.run("promtool", arguments, in: stage.folder)
                    #expect(check.end == .exit(0), "\(arguments): \(check.output) \(check.errorOutput)")
                }
                let server = try Child(
                    prometheus,
                    [
                        "--config.file=\(settings)", "--storage.tsdb.path=\(stage.folder.path)/prometheus",
                        "--web.listen-address=127.0.0.1:0",
                    ], in: stage.folder)
                let result: Result<Void, any Error>
                do {
                    try await Self.watch(server, stage)
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                await server.kill()
                try result.get()
            }
        }

        private static func watch(_ server: Child, _ stage: Stage) async throws {
            var port = 0
            try await eventually("Prometheus listens") {
                if let end = server.end { throw Failure("it ended with \(end): \(server.errorOutput)") }
                let line = server.errorOutput.split(separator: "\n").first { $0.contains("msg=\"Listening on\"") }
                port = line.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) } ?? 0
                return port > 0
            }
            let client = StockClient(url: "http://127.0.0.1:\(port)", http: stage.http)
            try await eventually("all targets are up") {
                let answer = try await client.send(.GET, "/api/v1/targets")
                let text = String(decoding: answer.bytes, as: UTF8.self)
                return text.components(separatedBy: "\"health\":\"up\"").count == 4
            }
            let rules = String(decoding: try await client.send(.GET, "/api/v1/rules").bytes, as: UTF8.self)
            #expect(rules.contains("InventorySweeperBehind"))
            #expect(!rules.contains("\"health\":\"err\""), "\(rules)")
        }
    }
}
