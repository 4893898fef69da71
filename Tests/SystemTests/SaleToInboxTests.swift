import Foundation
import MailTesting
import TestSupport
import Testing

extension SystemTests {
    /// From a sale to an inbox, with real processes and a real mail server.
    @Suite struct SaleToInboxTests {
        @Test(.timeLimit(.minutes(2)))
        func `A sale that crosses the reorder point sends an email with its figures a moment later`() async throws {
            try await Stage.with(servers: 1) { stage in
                let mail = try await MailServer()
                try await stage.calmStock(["LAPTOP-001"], quantity: 12)
                let mailer = try await MailerProcess.start(stage, mail.url, ["CURRENCY": "EUR"])
                let client = try #require(await stage.clients.first)
                let sold = ContinuousClock.now
                try stage.require(await client.reserve(order: newOrder(), [("LAPTOP-001", "WH1", 3)]))
                let received = try await mail.messages(atLeast: 1)[0]
                print("from the sale's request to the mailbox: \(ContinuousClock.now - sold)")
                #expect(received.sender == "stock@shop.example" && received.recipients == ["buyer@example.com"])
                let subject = received.parsed.values("Subject")
                #expect(subject.count == 1 && subject[0].contains("LAPTOP-001"))
                let plain = try #require(received.parsed.parts.first { $0.type == "text/plain" }).text
                let html = try #require(received.parsed.parts.first { $0.type == "text/html" }).text
                // 9 left, 10 is the point, 25 the quantity: 25 units at 19.99.
                for text in [plain, html] {
                    for word in ["LAPTOP-001", "Product LAPTOP-001", "WH1", "9", "10", "25", "19.99", "499.75", "EUR"] {
                        #expect(text.contains(word), "\(word) in \(text)")
                    }
                }
                let alert = try await client.get("/alerts?status=open").json["items"][0]
                #expect(alert["quantity_available"].int == 9)
                try await eventually("the alert is marked as sent") {
                    try await client.get("/alerts?status=open").json["items"][0]["delivery"]["state"] == "sent"
                }
                let sent = try await client.get("/alerts?status=open").json["items"][0]["delivery"]
                #expect(sent["message_id"].text == received.parsed.values("Message-ID").first)
                let suggestion = try await client.get("/purchase-order-suggestions?status=open").json["items"][0]
                #expect(suggestion["quantity"] == 25 && suggestion["alert_id"] == alert["id"])
                #expect(try await client.get("/inventory/low-stock").json["items"][0]["sku"] == "LAPTOP-001")
                try await mailer.terminate()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Falling twice with a recovery between sends two emails and withdraws the first suggestion`()
            async throws
        {
            try await Stage.with(servers: 1) { stage in
                let mail = try await MailServer()
                try await stage.calmStock(["SWING"], quantity: 12)
                let mailer = try await MailerProcess.start(stage, mail.url)
                let client = try #require(await stage.clients.first)
                let first = newOrder()
                try stage.require(await client.reserve(order: first, [("SWING", "WH1", 3)]))
                _ = try await mail.messages(atLeast: 1)
                try stage.require(await client.ship("SWING", "WH1", 2))
                try stage.require(await client.confirm(first))
                try stage.require(await client.receive("SWING", "WH1", 20))
                try stage.require(await client.ship("SWING", "WH1", 20))
                let messages = try await mail.messages(atLeast: 2)
                #expect(messages.count == 2)
                #expect(Set(messages.flatMap { $0.parsed.values("Message-ID") }).count == 2)
                let suggestions = try await client.get("/purchase-order-suggestions").json["items"].array
                #expect(suggestions.prefix(2).map(\.["status"]) == ["open", "withdrawn"])
                let alerts = try await client.get("/alerts").json["items"].array
                #expect(alerts.prefix(2).map(\.["status"]) == ["open", "resolved"])
                try await mailer.terminate()
                #expect(try mail.messages().count == 2)
            }
        }

        @Test(.timeLimit(.minutes(4)))
        func `Ten thousand simultaneous alerts become a few digests, each alert sent by exactly one of two mailers`()
            async throws
        {
            try await Stage.with(servers: 1) { stage in
                let mail = try await MailServer()
                let warehouses = ["WH1", "WH2", "WH3", "WH4", "WH5"]
                try await stage.calmStock([], in: warehouses, quantity: 0)
                try await stage.makeProducts(2_000)
                let client = try #require(await stage.clients.first)
                func all(_ type: String) async throws {
                    for first in stride(from: 0, to: 2_000, by: 200) {
                        let operations = (first..<first + 200).flatMap { product in
                            warehouses.map { code -> JSON in
                                [
                                    "type": .string(type), "sku": .string("BULK-\(product)"),
                                    "warehouse_code": .string(code), "quantity": 1,
                                ]
                            }
                        }
                        try stage.require(
                            await client.post("/inventory/batch", ["operations": .array(operations)]))
                    }
                }
                try await all("receive")
                let settings = ["MAIL_DIGEST_SECONDS": "1", "MAIL_INTERVAL_SECONDS": "1"]
                let mailers = [
                    try await MailerProcess.start(stage, mail.url, settings),
                    try await MailerProcess.start(stage, mail.url, settings),
                ]
                try await all("ship")
                try await eventually(within: .seconds(90), "all are sent") {
                    try await stage.unsentAlerts() == 0
                }
                let messages = try mail.messages()
                print("10,000 alerts in \(messages.count) emails")
                #expect(messages.count <= 30)
                var seen: [String: Int] = [:]
                for message in messages {
                    let html = try #require(message.parsed.parts.first { $0.type == "text/html" }).text
                    for row in html.components(separatedBy: "<tr").dropFirst() {
                        guard let sku = row.firstMatch(of: /BULK-\d+/), let code = row.firstMatch(of: /WH\d/) else {
                            continue
                        }
                        seen["\(sku.output) \(code.output)", default: 0] += 1
                    }
                }
                #expect(seen.count == 10_000 && seen.values.allSatisfy { $0 == 1 })
                for mailer in mailers { try await mailer.terminate() }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Any product name appears in both parts and cannot inject a header`() async throws {
            let names = [
                "Line\r\nBcc: thief@example.com", "<script>alert(1)</script> & \"quotes\"", "Emoji 🛒👩‍👩‍👧‍👦",
                "מוצר \u{202E}reversed", "{{name}} {{{name}}}", String(repeating: "ö", count: 200), ".", "From here",
            ]
            try await Stage.with(servers: 1) { stage in
                let mail = try await MailServer()
                let skus = names.indices.map { "NAME-\($0)" }
                try await stage.calmStock(skus, quantity: 12)
                try await stage.rename(Array(zip(skus, names)))
                let mailer = try await MailerProcess.start(stage, mail.url)
                let client = try #require(await stage.clients.first)
                for sku in skus { try stage.require(await client.ship(sku, "WH1", 3)) }
                try await eventually("all are sent") {
                    try await stage.count(
                        "SELECT count(*) FROM alert_deliveries d JOIN outbound_emails e ON e.id = d.email_id WHERE e.status = 'sent'"
                    )
                        == names.count
                }
                let messages = try mail.messages()
                let headers = [
                    "auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "subject", "to",
                ]
                for message in messages {
                    #expect(message.recipients == ["buyer@example.com"])
                    #expect(message.parsed.defects.isEmpty)
                    #expect(Set(message.parsed.headers.map { $0[0].lowercased() }).isSubset(of: headers))
                    #expect(message.parsed.longestLine <= 998 && message.parsed.bareLineBreaks == 0)
                }
                let plain = messages.flatMap(\.parsed.parts).filter { $0.type == "text/plain" }.map(\.text).joined()
                let html = messages.flatMap(\.parsed.parts).filter { $0.type == "text/html" }.map(\.text).joined()
                for sku in skus { #expect(plain.contains(sku) && html.contains(sku)) }
                for name in names.dropFirst().filter({ $0 != names[1] && !$0.contains("\u{202E}") }) {
                    #expect(plain.contains(name) && html.contains(name), "\(name)")
                }
                #expect(plain.contains("<script>alert(1)</script> & \"quotes\""))
                #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp;") && !html.contains("<script"))
                #expect(!plain.contains("\nBcc:") && !html.contains("\nBcc:"))
                try await mailer.terminate()
            }
        }
    }
}
