import Foundation
import MailTesting
import TestSupport
import Testing

extension SystemTests {
    @Suite struct MailerCrashTests {
        private static let kills = 50
        private static let skus = (0..<40).map { "CRASH-\($0)" }

        @Test(.timeLimit(.minutes(5)))
        func `A mailer that is killed fifty times at random loses no alert, and a second copy has the same Message-ID`()
            async throws
        {
            try await Stage.with(servers: 1) { stage in
                let mail = try await MailServer()
                try await stage.calmStock(Self.skus, quantity: 12)
                var random = SeededRandom()
                print("seed \(random.seed)")
                let settings = ["MAIL_LEASE_SECONDS": "1", "MAIL_INTERVAL_SECONDS": "1"]
                var mailer = try MailerProcess(stage, mail.url, [], settings)
                let client = try #require(await stage.clients.first)
                for kill in 0..<Self.kills {
                    // Down and up again raises another alert each time.
                    let sku = Self.skus[kill % Self.skus.count]
                    try stage.require(await client.ship(sku, "WH1", 3))
                    try stage.require(await client.receive(sku, "WH1", 3))
                    // A start takes tens of milliseconds, and so does a send.
                    let life = Int64.random(in: 10...250, using: &random)
                    try await ContinuousClock().sleep(for: .milliseconds(life))
                    await mailer.child.kill()
                    mailer = try MailerProcess(stage, mail.url, [], settings)
                }
                try await eventually(within: .seconds(90), "everything is sent") {
                    try await stage.unsentAlerts() == 0
                }
                _ = try await mailer.page("/health/live")
                try await mailer.terminate()
                #expect(try await stage.count("SELECT count(*) FROM alert_deliveries") == Self.kills)
                let messages = try mail.messages()
                var texts: [String: Set<String>] = [:]
                for message in messages {
                    let id = try #require(message.parsed.values("Message-ID").first)
                    texts[id, default: []].insert(message.parsed.parts.first { $0.type == "text/plain" }?.text ?? "")
                }
                print("\(Self.kills) kills: \(messages.count) emails, \(texts.count) of them different")
                let expected = try await stage.lines("SELECT message_id FROM outbound_emails ORDER BY 1")
                #expect(texts.keys.sorted() == expected.sorted(), "each digest arrived, and nothing else")
                let lines = try await stage.lines(
                    """
                    SELECT concat_ws(' ', e.message_id, p.sku) FROM alert_deliveries d
                    JOIN outbound_emails e ON e.id = d.email_id JOIN low_stock_alerts a ON a.id = d.alert_id
                    JOIN inventory i ON i.id = a.inventory_id JOIN products p ON p.id = i.product_id
                    """)
                for line in lines {
                    let parts = line.split(separator: " ").map(String.init)
                    #expect(texts[parts[0]]?.allSatisfy { $0.contains(parts[1]) } == true, "\(line)")
                }
            }
        }
    }
}
