import Domain
import PostgresClient
import TestSupport
import Testing
import UseCases

@testable import Outbox

/// Several mailers, and mailers that freeze.
extension MailOutboxTests {
    @Test("ten mailers that gather and claim at once put each alert into exactly one digest")
    func manyMailers() async throws {
        try await Self.with(60) { stock, outbox, _ in
            let digests = try await withThrowingTaskGroup(of: [AlertDigest].self) { group in
                for _ in 0..<10 { group.addTask { try await Self.drain(outbox) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let alerts = digests.flatMap { $0.lines.map(\.alertID) }
            #expect(alerts.count == 60 && Set(alerts).count == 60)
            #expect(Set(digests.map(\.id)).count == digests.count)
            let open = try await stock.count("SELECT count(*) FROM alert_deliveries WHERE email_id IS NULL")
            #expect(open == 0)
        }
    }

    /// Gathers and sends until nothing is left.
    private static func drain(_ outbox: PostgresMailOutbox) async throws -> [AlertDigest] {
        var digests: [AlertDigest] = []
        _ = try await outbox.gather(rules())
        while let claim = try await outbox.claim(lease: .seconds(60)) {
            digests.append(claim.digest)
            try await outbox.settle(claim, delivered: claim.digest.pending, refused: [], .sent)
            _ = try await outbox.gather(rules())
        }
        return digests
    }

    @Test("rows that a frozen mailer has locked hold up no sale")
    func noLocks() async throws {
        try await Self.with(1) { stock, outbox, records in
            _ = try await outbox.gather(Self.rules())
            // A session that does not continue locks every row that a mailer writes.
            try await stock.client.withConnection { connection in
                try await connection.script(
                    "BEGIN; SELECT FROM alert_deliveries FOR UPDATE; SELECT FROM outbound_emails FOR UPDATE;",
                    timeout: .seconds(5))
                try await Self.receive(20, records[0], in: stock)
                try await Self.makeLow(records.dropFirst(), in: stock)
                try await connection.script("ROLLBACK", timeout: .seconds(5))
            }
        }
    }
}
