import Glibc
import TestSupport
import Testing

/// Runs concurrently with the other system tests, because it only waits.
@Suite struct UnreachableDatabaseTests {
    /// All programs wait concurrently: 30 seconds in total.
    @Test(.timeLimit(.minutes(2)))
    func `An unreachable database is retried for 30 seconds, then the programs exit with 69`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let url = "postgresql:///nothing?host=\(folder.path)&user=unknown"
        let begin = ContinuousClock.now
        let api = try APIProcess.launch(["DATABASE_URL": url], in: folder)
        let audit = try Child(Products.path("inventoryctl"), ["audit"], environment: ["DATABASE_URL": url], in: folder)
        let sweeper = try Child(
            Products.path("inventory-sweeper"), ["--once"], environment: ["DATABASE_URL": url], in: folder)
        let mail = ["SMTP_URL": "smtp://127.0.0.1:1", "ALERT_FROM": "a@shop.example", "DATABASE_URL": url]
        let mailer = try Child(Products.path("inventory-mailer"), [], environment: mail, in: folder)
        let stopped = try APIProcess.launch(["DATABASE_URL": url], in: folder)
        defer { for child in [api, audit, sweeper, mailer, stopped] { child.send(SIGKILL) } }
        try await eventually(within: .seconds(10), "it has tried") { stopped.errorOutput.contains("connectFailed") }
        #expect(stopped.end == nil)
        stopped.send(SIGTERM)
        #expect(try await stopped.waitForEnd(within: .seconds(10)) == .exit(0), "\(stopped.errorOutput)")
        for child in [api, audit, sweeper, mailer] {
            #expect(try await child.waitForEnd(within: .seconds(45)) == .exit(69), "\(child.errorOutput)")
            let waited = ContinuousClock.now - begin
            #expect(waited > .seconds(20) && waited < .seconds(42), "\(waited)")
        }
    }
}
