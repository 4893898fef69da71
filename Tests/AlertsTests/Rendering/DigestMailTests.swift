import MailTesting
import Testing
import UseCases

@testable import Alerts

private let renderer = DigestRenderer(from: "stock@example.com", currency: "EUR")

@Suite(.serialized, .timeLimit(.minutes(2))) struct DigestMailTests {
    /// Scalars that have broken mail before, and random ones.
    private func name(_ random: inout SeededGenerator) -> String {
        let awkward: [Unicode.Scalar] = [
            "\r", "\n", "\0", ".", "=", "?", "_", " ", "\t", "<", ">", "&", "\"", "{", "}", "\u{1B}", "\u{85}",
            "\u{2028}",
            "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}", "\u{200D}", "\u{FE0F}", "\u{301}", "🍏", "👩",
            "🇩", "א",
            "\u{FEFF}", "\u{FFFE}", "\u{10FFFF}",
        ]
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...200, using: &random) {
            if Bool.random(using: &random), let scalar = awkward.randomElement(using: &random) {
                scalars.append(scalar)
            } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10_FFFF, using: &random)) {
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    @Test func `Names of random scalars arrive as they were rendered`() async throws {
        let seed = SeededGenerator.testSeed()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let server = try await MailServer()
        var sent: [Email] = []
        for number in 0..<60 {
            let count = number % 2 == 0 ? 1 : 3
            let lines = try (0..<count).map { _ in try line(name(&random), warehouse: name(&random)) }
            sent.append(renderer.render(digest(lines)))
        }
        let emails = sent
        try await withTransport(to: server) { transport async throws in
            for email in emails {
                #expect(await transport.send(email, to: email.to) == DeliveryReport(delivered: email.to))
            }
            let mails = try await server.messages(atLeast: emails.count)
            for (email, mail) in zip(emails, mails) {
                #expect(mail.parsed.values("Subject").map { Array($0.utf8) } == [Array(email.subject.utf8)])
                #expect(
                    mail.parsed.parts.map { Array($0.text.utf8) }
                        == [Array(onTheWire(email.text).utf8), Array(onTheWire(email.html).utf8)])
                expectSound(mail)
            }
        }
    }

    @Test func `A digest of 2,000 lines arrives whole`() async throws {
        let server = try await MailServer()
        try await withTransport(to: server) { transport async throws in
            let lines = try (0..<2_000).map { try line("Artikel \($0) äöü 🍏", sku: "SKU-\($0)") }
            let email = renderer.render(digest(lines))
            var report = DeliveryReport()
            let time = await ContinuousClock().measure { report = await transport.send(email, to: email.to) }
            #expect(report == DeliveryReport(delivered: email.to))
            let mail = try #require(try await server.messages(atLeast: 1).first)
            print("2,000 lines: \(mail.raw.count) bytes, sent in \(time)")
            #expect(mail.parsed.parts.map(\.text) == [onTheWire(email.text), onTheWire(email.html)])
            expectSound(mail)
        }
    }
}
