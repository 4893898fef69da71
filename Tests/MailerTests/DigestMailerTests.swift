import Alerts
import Domain
import Outbox
import Reactor
import TestSupport
import Testing
import UseCases

/// The mailer with a real outbox and a scripted mail server.
struct DigestMailerTests {
    private static let refused = DeliveryReport.Delay(.server, reason: "connection refused")

    @Test("the first alert is sent at once, later ones are gathered into one email at the end of the window")
    func window() async throws {
        try await MailerFixture.with(records: 6) { fixture in
            try await fixture.makeLow(0)
            let mailer = fixture.mailer(window: .seconds(1))
            try await fixture.running([mailer]) {
                try await eventually("the first is sent") { fixture.transport.sent.count == 1 }
                for index in 1..<6 {
                    try await fixture.makeLow(index)
                    mailer.wake()
                }
                try await eventually("the others are sent") { fixture.transport.sent.count == 2 }
            }
            let sent = fixture.transport.sent
            #expect(sent[0].text.contains("P0") && !sent[0].text.contains("P1"))
            #expect((1..<6).allSatisfy { sent[1].text.contains("P\($0)") })
            #expect(try await fixture.count("sent") == 2)
        }
    }

    @Test("an unavailable server is probed, and waiting digests are sent when it is back, long before their own retry")
    func outage() async throws {
        try await MailerFixture.with(records: 2) { fixture in
            fixture.transport.script(probe: Self.refused) { _, _ in DeliveryReport(delay: Self.refused) }
            try await fixture.makeLow(0)
            let mailer = fixture.mailer { $0.retries = RetrySchedule(first: .seconds(600)) }
            try await fixture.running([mailer]) {
                try await eventually("it was probed") { fixture.transport.probes >= 3 }
                #expect(mailer.status.snapshot.serverTrouble == Self.refused)
                #expect(fixture.transport.attempts == 1, "a probe is not an attempt")
                // Raised in the outage: it is sent with the first, or right after it.
                try await fixture.makeLow(1)
                fixture.transport.script { _, recipients in DeliveryReport(delivered: recipients) }
                try await eventually("both are sent") {
                    try await fixture.stock.count(
                        "SELECT count(*) FROM alert_deliveries d JOIN outbound_emails e ON e.id = d.email_id WHERE e.status = 'sent'"
                    ) == 2
                }
                #expect(mailer.status.snapshot.serverTrouble == nil)
            }
        }
    }

    @Test("a mailer started after an outage probes the server and sends the digests that waited for it")
    func afterOutage() async throws {
        try await MailerFixture.with { fixture in
            try await fixture.makeLow(0)
            let rules = DigestRules(recipients: ["buyer@example.com"], window: .zero, domain: "example.com")
            _ = try await fixture.outbox.gather(rules)
            let claim = try #require(try await fixture.outbox.claim(lease: .seconds(10)))
            try await fixture.outbox.settle(
                claim, delivered: [], refused: [], .retry(after: .seconds(1_800), lastError: "refused", kind: .server))
            try await fixture.running([fixture.mailer()]) {
                try await eventually("it is sent") { try await fixture.count("sent") == 1 }
                #expect(fixture.transport.probes == 1)
            }
        }
    }

    @Test("a mailer that is stopped during a probe ends soon")
    func stoppedInProbe() async throws {
        try await MailerFixture.with { fixture in
            fixture.transport.script(probe: Self.refused) { _, _ in DeliveryReport(delay: Self.refused) }
            try await fixture.makeLow(0)
            let mailer = fixture.mailer {
                $0.retries = RetrySchedule(first: .seconds(600))
                $0.stopLimit = .milliseconds(50)
            }
            fixture.transport.hangInProbes()
            try await fixture.running([mailer]) {
                try await eventually("it asks") { fixture.transport.probes == 1 }
            }
            // `running` waits for the mailer to end, and this test for `running`.
            #expect(fixture.transport.attempts == 1)
        }
    }

    @Test("a mailer whose task is cancelled ends")
    func cancelled() async throws {
        try await MailerFixture.with { fixture in
            let mailer = fixture.mailer()
            let running = Task { await mailer.run() }
            running.cancel()
            await running.value
        }
    }

    @Test("an email that the server keeps refusing fails after ten attempts, and an operator can requeue it")
    func tenTries() async throws {
        try await MailerFixture.with { fixture in
            fixture.transport.script { _, _ in DeliveryReport(delay: .init(.email, reason: "451 later")) }
            try await fixture.makeLow(0)
            // Ten attempts with pauses that triple from 0.1 ms take about a second.
            let mailer = fixture.mailer { $0.retries = RetrySchedule(first: .microseconds(100)) }
            try await fixture.running([mailer]) {
                try await eventually("it has failed") { try await fixture.count("failed") == 1 }
                #expect(fixture.transport.attempts == 10)
                let failed = try await fixture.outbox.failedDigests()
                #expect(failed.first?.lastError == "given up after 10 tries: 451 later")
                #expect(failed.first?.missing == ["buyer@example.com"] && failed.first?.attempts == 10)
                fixture.transport.script { _, recipients in DeliveryReport(delivered: recipients) }
                let requeued = try await fixture.outbox.requeue(nil, to: ["new@example.com"])
                #expect(requeued == failed.map(\.id))
                mailer.wake()
                try await eventually("it is sent") { try await fixture.count("sent") == 1 }
                #expect(fixture.transport.sent.first?.to == ["new@example.com"])
            }
        }
    }

    @Test("a refused recipient does not keep the email from the others")
    func oneRefused() async throws {
        try await MailerFixture.with { fixture in
            fixture.transport.script { _, recipients in
                DeliveryReport(
                    delivered: recipients.filter { $0 != "gone@example.com" },
                    refused: [.init(recipient: "gone@example.com", reason: "550 no such user")])
            }
            try await fixture.makeLow(0)
            let mailer = fixture.mailer(recipients: ["buyer@example.com", "gone@example.com"])
            try await fixture.running([mailer]) {
                try await eventually("it has failed") { try await fixture.count("failed") == 1 }
            }
            #expect(fixture.transport.attempts == 1 && fixture.transport.sent.count == 1)
            let failed = try await fixture.outbox.failedDigests()
            #expect(failed.first?.missing == ["gone@example.com"])
            #expect(failed.first?.lastError == "gone@example.com: 550 no such user")
        }
    }

    @Test("a mailer that hangs keeps its claim, and one that is stopped during a send releases it")
    func hangs() async throws {
        try await MailerFixture.with { fixture in
            fixture.transport.script { _, _ in
                // Like libcurl, it blocks until the task is cancelled.
                while !Task.isCancelled { await TestDatabase.reactor.sleep(for: .seconds(60)) }
                return DeliveryReport(delay: .init(.email, reason: "broken off"))
            }
            try await fixture.makeLow(0)
            let mailer = fixture.mailer {
                $0.lease = .milliseconds(300)
                $0.stopLimit = .milliseconds(50)
            }
            let other = fixture.mailer { $0.interval = .milliseconds(30) }
            try await fixture.running([mailer]) {
                try await eventually("it is sending") { fixture.transport.attempts == 1 }
                let renewed = "SELECT count(*) FROM outbound_emails WHERE leased_until > created_at + interval '700 ms'"
                try await fixture.running([other]) {
                    try await eventually("the claim was renewed") { try await fixture.stock.count(renewed) == 1 }
                    #expect(fixture.transport.attempts == 1, "no other mailer sends it")
                }
            }
            let given = try await fixture.stock.count(
                "SELECT count(*) FROM outbound_emails WHERE lease IS NULL AND status = 'queued' AND attempts = 0")
            #expect(given == 1)
        }
    }

    @Test("two concurrent mailers put each of 40 alerts into exactly one email")
    func twoMailers() async throws {
        try await MailerFixture.with(records: 40) { fixture in
            let mailers = [fixture.mailer(), fixture.mailer()]
            try await fixture.running(mailers) {
                for index in 0..<40 {
                    try await fixture.makeLow(index)
                    for mailer in mailers { mailer.wake() }
                }
                try await eventually("all are in emails that were sent") {
                    try await fixture.stock.count(
                        "SELECT count(*) FROM alert_deliveries d JOIN outbound_emails e ON e.id = d.email_id WHERE e.status = 'sent'"
                    ) == 40
                }
            }
            let ids = fixture.transport.sent.map(\.messageID)
            #expect(Set(ids).count == ids.count)
            for index in 0..<40 {
                let word = "P\(index) "
                let emails = fixture.transport.sent.filter { ($0.text + " ").contains(word) }
                #expect(emails.count == 1, "P\(index)")
            }
        }
    }

    @Test("--once sends the waiting alerts without a window and reports what is left")
    func once() async throws {
        try await MailerFixture.with(records: 2) { fixture in
            try await fixture.makeLow(0)
            let mailer = fixture.mailer(window: .seconds(600)) { $0.retries = RetrySchedule(first: .seconds(600)) }
            let first = try await mailer.runOnce()
            #expect(first.gathered == 1 && first.sent == 1 && first.retried == 0)
            try await fixture.makeLow(1)
            fixture.transport.script { _, _ in DeliveryReport(delay: Self.refused) }
            let second = try await mailer.runOnce()
            #expect(second.gathered == 1 && second.sent == 0 && second.retried == 1)
            let third = try await fixture.mailer().runOnce()
            #expect(third.gathered + third.sent + third.retried + third.failed == 0, "it is not due yet")
        }
    }
}
