import Alerts
import Domain
import Persistence
import Reactor
import TestSupport
import Testing
import UseCases

/// The mailer over a real outbox and a played mail server.
struct DigestMailerTests {
    private static let refused = DeliveryReport.Delay(.server, words: "connection refused")

    @Test("the first alert leaves at once, what follows is gathered into one email at the window's end")
    func window() async throws {
        try await MailerHouse.with(records: 6) { house in
            try await house.makeLow(0)
            let mailer = house.mailer(window: .seconds(1))
            try await house.running([mailer]) {
                try await eventually("the first is sent") { house.transport.sent.count == 1 }
                for index in 1..<6 {
                    try await house.makeLow(index)
                    mailer.ring()
                }
                try await eventually("the others are sent") { house.transport.sent.count == 2 }
            }
            let sent = house.transport.sent
            #expect(sent[0].text.contains("P0") && !sent[0].text.contains("P1"))
            #expect((1..<6).allSatisfy { sent[1].text.contains("P\($0)") })
            #expect(try await house.count("sent") == 2)
        }
    }

    @Test("a server that is away is probed, and what waited leaves when it is back, long before its own time")
    func outage() async throws {
        try await MailerHouse.with(records: 2) { house in
            house.transport.play(probe: Self.refused) { _, _ in DeliveryReport(delay: Self.refused) }
            try await house.makeLow(0)
            let mailer = house.mailer { $0.retries = RetrySchedule(first: .seconds(600)) }
            try await house.running([mailer]) {
                try await eventually("it was probed") { house.transport.probes >= 3 }
                #expect(mailer.standing.snapshot.serverTrouble == Self.refused)
                #expect(house.transport.tries == 1, "a probe is no try")
                // Raised in the outage: it goes with the first, or right behind it.
                try await house.makeLow(1)
                house.transport.play { _, recipients in DeliveryReport(delivered: recipients) }
                try await eventually("both are sent") {
                    try await house.stock.count(
                        "SELECT count(*) FROM alert_deliveries d JOIN outbound_emails e ON e.id = d.email_id WHERE e.status = 'sent'"
                    ) == 2
                }
                #expect(mailer.standing.snapshot.serverTrouble == nil)
            }
        }
    }

    @Test("a mailer that was not there in the outage asks whether the server is back, and sends what waited for it")
    func afterOutage() async throws {
        try await MailerHouse.with { house in
            try await house.makeLow(0)
            let rules = DigestRules(recipients: ["buyer@example.com"], window: .zero, domain: "example.com")
            _ = try await house.outbox.gather(rules)
            let claim = try #require(try await house.outbox.claim(lease: .seconds(10)))
            try await house.outbox.settle(
                claim, delivered: [], refused: [], .retry(after: .seconds(1_800), lastError: "refused", kind: .server))
            try await house.running([house.mailer()]) {
                try await eventually("it is sent") { try await house.count("sent") == 1 }
                #expect(house.transport.probes == 1)
            }
        }
    }

    @Test("a mailer that is stopped while it asks an absent server ends soon")
    func stoppedInProbe() async throws {
        try await MailerHouse.with { house in
            house.transport.play(probe: Self.refused) { _, _ in DeliveryReport(delay: Self.refused) }
            try await house.makeLow(0)
            let mailer = house.mailer {
                $0.retries = RetrySchedule(first: .seconds(600))
                $0.stopLimit = .milliseconds(50)
            }
            house.transport.hangInProbes()
            try await house.running([mailer]) {
                try await eventually("it asks") { house.transport.probes == 1 }
            }
            // `running` waits for the mailer's end, and this test for `running`.
            #expect(house.transport.tries == 1)
        }
    }

    @Test("a mailer whose task is cancelled ends")
    func cancelled() async throws {
        try await MailerHouse.with { house in
            let mailer = house.mailer()
            let running = Task { await mailer.run() }
            running.cancel()
            await running.value
        }
    }

    @Test("an email that the server keeps turning away fails after ten tries, and an operator can queue it again")
    func tenTries() async throws {
        try await MailerHouse.with { house in
            house.transport.play { _, _ in DeliveryReport(delay: .init(.email, words: "451 later")) }
            try await house.makeLow(0)
            // Ten tries of a millisecond's pause, tripled: some ten seconds would pass with the usual ones.
            let mailer = house.mailer { $0.retries = RetrySchedule(first: .microseconds(100)) }
            try await house.running([mailer]) {
                try await eventually("it has failed") { try await house.count("failed") == 1 }
                #expect(house.transport.tries == 10)
                let failed = try await house.outbox.failedDigests()
                #expect(failed.first?.lastError == "given up after 10 tries: 451 later")
                #expect(failed.first?.missing == ["buyer@example.com"] && failed.first?.attempts == 10)
                house.transport.play { _, recipients in DeliveryReport(delivered: recipients) }
                let requeued = try await house.outbox.requeue(nil, to: ["new@example.com"])
                #expect(requeued == failed.map(\.id))
                mailer.ring()
                try await eventually("it is sent") { try await house.count("sent") == 1 }
                #expect(house.transport.sent.first?.to == ["new@example.com"])
            }
        }
    }

    @Test("a recipient who is refused does not keep the email from the others")
    func oneRefused() async throws {
        try await MailerHouse.with { house in
            house.transport.play { _, recipients in
                DeliveryReport(
                    delivered: recipients.filter { $0 != "gone@example.com" },
                    refused: [.init(recipient: "gone@example.com", words: "550 no such user")])
            }
            try await house.makeLow(0)
            let mailer = house.mailer(recipients: ["buyer@example.com", "gone@example.com"])
            try await house.running([mailer]) {
                try await eventually("it has failed") { try await house.count("failed") == 1 }
            }
            #expect(house.transport.tries == 1 && house.transport.sent.count == 1)
            let failed = try await house.outbox.failedDigests()
            #expect(failed.first?.missing == ["gone@example.com"])
            #expect(failed.first?.lastError == "gone@example.com: 550 no such user")
        }
    }

    @Test("a mailer that hangs keeps its claim, and one that is stopped in a send gives it back")
    func hangs() async throws {
        try await MailerHouse.with { house in
            house.transport.play { _, _ in
                // Like libcurl: until the task is cancelled.
                while !Task.isCancelled { await TestDatabase.reactor.sleep(for: .seconds(60)) }
                return DeliveryReport(delay: .init(.email, words: "broken off"))
            }
            try await house.makeLow(0)
            let mailer = house.mailer {
                $0.lease = .milliseconds(300)
                $0.stopLimit = .milliseconds(50)
            }
            let other = house.mailer { $0.interval = .milliseconds(30) }
            try await house.running([mailer]) {
                try await eventually("it is sending") { house.transport.tries == 1 }
                let renewed = "SELECT count(*) FROM outbound_emails WHERE leased_until > created_at + interval '700 ms'"
                try await house.running([other]) {
                    try await eventually("the claim was renewed") { try await house.stock.count(renewed) == 1 }
                    #expect(house.transport.tries == 1, "nobody else sends it")
                }
            }
            let given = try await house.stock.count(
                "SELECT count(*) FROM outbound_emails WHERE lease IS NULL AND status = 'queued' AND attempts = 0")
            #expect(given == 1)
        }
    }

    @Test("two mailers beside each other put each of 40 alerts into exactly one email")
    func twoMailers() async throws {
        try await MailerHouse.with(records: 40) { house in
            let mailers = [house.mailer(), house.mailer()]
            try await house.running(mailers) {
                for index in 0..<40 {
                    try await house.makeLow(index)
                    for mailer in mailers { mailer.ring() }
                }
                try await eventually("all are in emails that were sent") {
                    try await house.stock.count(
                        "SELECT count(*) FROM alert_deliveries d JOIN outbound_emails e ON e.id = d.email_id WHERE e.status = 'sent'"
                    ) == 40
                }
            }
            let ids = house.transport.sent.map(\.messageID)
            #expect(Set(ids).count == ids.count)
            for index in 0..<40 {
                let word = "P\(index) "
                let emails = house.transport.sent.filter { ($0.text + " ").contains(word) }
                #expect(emails.count == 1, "P\(index)")
            }
        }
    }

    @Test("--once sends what waits without a window, and tells what is left")
    func once() async throws {
        try await MailerHouse.with(records: 2) { house in
            try await house.makeLow(0)
            let mailer = house.mailer(window: .seconds(600)) { $0.retries = RetrySchedule(first: .seconds(600)) }
            let first = try await mailer.runOnce()
            #expect(first.gathered == 1 && first.sent == 1 && first.retried == 0)
            try await house.makeLow(1)
            house.transport.play { _, _ in DeliveryReport(delay: Self.refused) }
            let second = try await mailer.runOnce()
            #expect(second.gathered == 1 && second.sent == 0 && second.retried == 1)
            let third = try await house.mailer().runOnce()
            #expect(third.gathered + third.sent + third.retried + third.failed == 0, "it is not due yet")
        }
    }
}
