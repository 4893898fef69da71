import Foundation
import MailTesting
import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// Mail servers that are down, refuse, hang and lie: the mailer stays up, reports the problem, and loses nothing.
    @Suite struct MailFaultTests {
        /// One record with low stock, a mailer, and a mail server with a fault from the start.
        private static func with(
            _ faults: MailFaults = MailFaults(), _ demands: MailServer.Demands = .init(),
            settings: [String: String] = [:], endsInBody: Bool = false,
            _ body: (Stage, MailServer, MailerProcess) async throws -> Void
        ) async throws {
            try await Stage.with(servers: 1) { stage in
                let mail = try await MailServer(demands, faults: faults)
                try await stage.calmStock(["FAULT"], quantity: 12)
                let mailer = try await MailerProcess.start(stage, mail.url, settings)
                let client = try #require(await stage.clients.first)
                try stage.require(await client.ship("FAULT", "WH1", 3))
                try await body(stage, mail, mailer)
                guard !endsInBody else { return }
                #expect(mailer.child.end == nil, "\(mailer.child.errorOutput)")
                try await mailer.terminate()
            }
        }

        private static func ready(_ mailer: MailerProcess) async throws -> JSON {
            let answer = try await mailer.page("/health/ready")
            #expect(answer.status == 200, "a mail server is not essential")
            return answer.json
        }

        @Test(.timeLimit(.minutes(2)))
        func `While the server is down, health reports it, and the email is sent when it is back`() async throws {
            try await Stage.with(servers: 1) { stage in
                let mail = try await MailServer()
                mail.stop()
                try await stage.calmStock(["FAULT"], quantity: 12)
                let mailer = try await MailerProcess.start(stage, mail.url)
                let client = try #require(await stage.clients.first)
                try stage.require(await client.ship("FAULT", "WH1", 3))
                try await eventually("health reports it") {
                    try await Self.ready(mailer)["checks"]["smtp"]["status"] == "down"
                }
                let health = try await Self.ready(mailer)
                #expect(health["status"] == "degraded" && health["checks"]["smtp"]["note"].text?.isEmpty == false)
                let waiting = try #require(try await stage.deliveries().first)
                #expect(waiting["state"] == "queued" && waiting["last_error"].text?.isEmpty == false)
                try await mail.start()
                _ = try await mail.messages(atLeast: 1, within: .seconds(60))
                try await eventually("health is ok again") { try await Self.ready(mailer)["status"] == "ok" }
                try await mailer.terminate()
                #expect(try mail.messages().count == 1)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A server that defers everything gets the email later`() async throws {
            try await Self.with(.everywhere("451 4.7.1 Try again later")) { stage, mail, _ in
                try await eventually("two attempts were made") {
                    try await stage.deliveries().first?["attempts"].int ?? 0 >= 2
                }
                let waiting = try #require(try await stage.deliveries().first)
                #expect(waiting["state"] == "queued")
                #expect(waiting["last_error"].text?.contains("451 4.7.1 Try again later") == true, "\(waiting)")
                try mail.behave()
                #expect(try await mail.messages(atLeast: 1).count == 1)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `If one recipient is unknown, the other gets the email, and an operator can requeue the rest`()
            async throws
        {
            var faults = MailFaults()
            faults.rcpt = [("gone@", "550 5.1.1 No such user")]
            try await Self.with(faults, settings: ["ALERT_TO": "buyer@example.com,gone@example.com"]) {
                stage, mail, mailer in
                try await eventually("it has failed") { try await stage.deliveries().first?["state"] == "failed" }
                let failed = try #require(try await stage.deliveries().first)
                #expect(failed["last_error"] == "gone@example.com: 550 5.1.1 No such user")
                let first = try await mail.messages(atLeast: 1)
                #expect(first.map(\.recipients) == [["buyer@example.com"]])
                try await eventually("health reports it") {
                    try await Self.ready(mailer)["checks"]["deliveries"]["note"] == "1 digests failed"
                }
                let list = try await Products.inventoryctl(
                    ["mail", "failed"], database: stage.database, in: stage.folder)
                #expect(list.end == .exit(0) && list.output.contains("gone@example.com: 550 5.1.1 No such user"))
                let again = try await Products.inventoryctl(
                    ["mail", "requeue", "--all", "--to", "new@example.com"], database: stage.database,
                    in: stage.folder)
                #expect(again.end == .exit(0), "\(again.errorOutput)")
                let second = try await mail.messages(atLeast: 2)
                #expect(
                    second.last?.recipients == ["new@example.com"],
                    "a recipient that has the email does not get it again")
                #expect(Set(second.flatMap { $0.parsed.values("Message-ID") }).count == 1)
                try await eventually("it is sent") { try await stage.deliveries().first?["state"] == "sent" }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `After a disconnect during the message the email is sent again and arrives once`() async throws {
            var faults = MailFaults()
            faults.body = .cut
            try await Self.with(faults) { stage, mail, _ in
                try await eventually("an attempt was made") {
                    try await stage.deliveries().first?["attempts"].int ?? 0 >= 1
                }
                try mail.behave()
                _ = try await mail.messages(atLeast: 1)
                try await eventually("it is sent") { try await stage.deliveries().first?["state"] == "sent" }
                #expect(try mail.messages().count == 1)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `After a disconnect behind the final dot a second copy has the same Message-ID`() async throws {
            var faults = MailFaults()
            faults.message = .cut
            try await Self.with(faults) { stage, mail, _ in
                try await eventually("an attempt was made") {
                    try await stage.deliveries().first?["attempts"].int ?? 0 >= 1
                }
                try mail.behave()
                try await eventually("it is sent") { try await stage.deliveries().first?["state"] == "sent" }
                let messages = try mail.messages()
                #expect(Set(messages.flatMap { $0.parsed.values("Message-ID") }).count == 1)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `If the server does not greet, the mailer gives up soon, reports it and stops on request`() async throws {
            var faults = MailFaults()
            faults.greeting = .hang
            try await Self.with(faults) { stage, mail, mailer in
                try await eventually(within: .seconds(30), "health reports it") {
                    try await Self.ready(mailer)["checks"]["smtp"]["status"] == "down"
                }
                #expect(try await stage.deliveries().first?["state"] == "queued")
                try mail.behave()
                _ = try await mail.messages(atLeast: 1, within: .seconds(60))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A mailer stopped while the server hangs in a message ends in time, and another one sends the email`()
            async throws
        {
            var faults = MailFaults()
            faults.message = .hang
            try await Self.with(faults, endsInBody: true) { stage, mail, mailer in
                try await eventually("it hangs") { try mail.hangCount() == 1 }
                try await mailer.terminate()
                try mail.behave()
                let other = try await MailerProcess.start(stage, mail.url)
                _ = try await mail.messages(atLeast: 1)
                try await other.terminate()
                #expect(try await stage.deliveries().first?["state"] == "sent")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `With an invalid certificate nothing is sent, and health reports the reason`() async throws {
            let certificates = try MailCertificates()
            for identity in [certificates.wrongHost, certificates.selfSigned, certificates.expired] {
                var demands = MailServer.Demands()
                demands.tls = .offered(identity)
                try await Self.with(
                    MailFaults(), demands, settings: ["SMTP_CA_FILE": certificates.authority]
                ) { stage, mail, mailer in
                    try await eventually("health reports it") {
                        try await Self.ready(mailer)["checks"]["smtp"]["note"].text?.lowercased()
                            .contains("certificate") == true
                    }
                    #expect(try await stage.deliveries().first?["state"] == "queued")
                    #expect(try mail.messages().isEmpty)
                }
            }
            var demands = MailServer.Demands()
            demands.tls = .demanded(certificates.good)
            demands.user = ("stock", "päss word")
            try await Self.with(
                MailFaults(), demands,
                settings: [
                    "SMTP_CA_FILE": certificates.authority, "SMTP_USERNAME": "stock", "SMTP_PASSWORD": "päss word",
                ]
            ) { _, mail, _ in
                let message = try await mail.messages(atLeast: 1)[0]
                #expect(message.isEncrypted && message.user?.hasPrefix("stock") == true)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Alerts without recipients wait, and health reports them`() async throws {
            try await Self.with(settings: ["ALERT_TO": "", "MAIL_INTERVAL_SECONDS": "1"]) { stage, mail, mailer in
                try await eventually("health reports it") {
                    try await Self.ready(mailer)["checks"]["deliveries"]["note"] == "1 alerts have no recipients"
                }
                let client = try #require(await stage.clients.first)
                try stage.require(
                    await client.send(
                        .PATCH, "/api/v1/warehouses/WH1",
                        bytes: Array(#"{"alert_recipients":["wh1@example.com"]}"#.utf8)))
                #expect(try await mail.messages(atLeast: 1).map(\.recipients) == [["wh1@example.com"]])
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `The status page has the metrics of the mailer and of the process`() async throws {
            try await Self.with { _, mail, mailer in
                _ = try await mail.messages(atLeast: 1)
                try await eventually("it is counted") {
                    let text = String(decoding: try await mailer.page("/metrics").bytes, as: UTF8.self)
                    return text.contains("inventory_mailer_digests_total{outcome=\"sent\"} 1")
                        && text.contains("process_resident_memory_bytes")
                        && text.contains("inventory_mailer_send_seconds_bucket")
                }
                #expect(try await mailer.page("/health/live").json["status"] == "ok")
                #expect(try await mailer.page("/").status == 404)
            }
        }
    }
}
