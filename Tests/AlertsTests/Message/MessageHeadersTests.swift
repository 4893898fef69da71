import Foundation
import MailTesting
import Testing

@testable import Alerts

@Suite struct MessageHeadersTests {
    private let sender = MailAddress("stock@example.com")

    private func lines(_ subject: String) -> [Substring] {
        ("Subject: " + SubjectHeader.value(subject)).split(separator: "\r\n", omittingEmptySubsequences: false)
    }

    @Test func `A short ASCII subject is unchanged`() {
        #expect(SubjectHeader.value("Low stock: 3 items at WH1") == "Low stock: 3 items at WH1")
    }

    @Test func `A long ASCII subject is folded between words`() {
        let subject = Array(repeating: "word", count: 60).joined(separator: " ")
        let lines = lines(subject)
        #expect(lines.count > 1)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        #expect(lines.joined() == "Subject: " + subject)
    }

    @Test(arguments: ["=?UTF-8?Q?x?=", "two  spaces", " before", "after ", String(repeating: "x", count: 200), ""])
    func `A subject that a mail client would change is encoded`(subject: String) {
        #expect(decoded(lines(subject)) == subject)
    }

    @Test func `A character of several scalars is never split, and lines are short`() {
        let family = "👨‍👩‍👧‍👦"
        let lines = lines(String(repeating: "🇩🇪\(family)é", count: 40))
        #expect(lines.count > 10)
        for line in lines {
            #expect(line.utf8.count <= 76)
            let text = decoded([line]) ?? ""
            #expect(!text.hasPrefix("\u{200D}") && !text.hasSuffix("\u{200D}"))
            #expect(!text.unicodeScalars.contains("\u{FFFD}"))
        }
        #expect(decoded(lines) == String(repeating: "🇩🇪\(family)é", count: 40))
    }

    @Test func `A character longer than any word is split between its scalars`() {
        let stack = "e" + String(repeating: "\u{301}", count: 300)
        #expect(stack.count == 1)
        #expect(lines(stack).allSatisfy { $0.utf8.count <= 76 })
        #expect(decoded(lines(stack)) == stack)
    }

    @Test func `Line breaks in a subject become spaces`() {
        let value = SubjectHeader.value("a\r\nBcc: evil@example.com\u{2028}\u{85}b\0")
        #expect(decoded([Substring("Subject: " + value)]) == "a  Bcc: evil@example.com  b ")
    }

    @Test func `Nothing in an email adds a header line`() throws {
        let evil = "x@example.com>\r\nBcc: evil@example.com"
        let lines = MessageHeaders.lines(
            email(to: [evil, "good@example.com"], subject: "a\r\nBcc: b", messageID: "<1@x>\r\nBcc: b"),
            sender: try #require(sender))
        #expect(lines.contains("To: good@example.com"))
        #expect(lines.contains("Message-ID: <1@xBcc:b>"))
        #expect(!lines.contains { $0.contains("\n") || $0.contains("\r") })
    }

    @Test func `Many recipients are folded into short lines`() throws {
        let to = (0..<300).map { "somebody.\($0)@warehouse-\($0).example.com" }
        let lines = MessageHeaders.lines(email(to: to), sender: try #require(sender))
        let header = try #require(lines.first { $0.hasPrefix("To: ") })
        let folded = header.components(separatedBy: "\r\n")
        #expect(folded.allSatisfy { $0.utf8.count <= 78 })
        #expect(folded.joined() == "To: " + to.joined(separator: ", "))
    }

    @Test func `Without a valid address the recipients are an empty group`() throws {
        let lines = MessageHeaders.lines(email(to: ["bad"]), sender: try #require(sender))
        #expect(lines.contains("To: undisclosed-recipients:;"))
    }

    @Test(arguments: [
        "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "a@b>", "<a@b", "a@b,c@d", "ä@b", "a@ü.de",
        "a\0@b", "\"a\"@b", "a@[127.0.0.1]", "\(String(repeating: "a", count: 250))@b.cd",
    ])
    func `Text that is unsafe in a command is not an address`(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test(arguments: ["a@b", "first.last+tag@sub.example.com", "o'brien@x.de", "a_b@x"])
    func `Ordinary addresses are accepted`(text: String) {
        #expect(MailAddress(text)?.text == text)
    }

    @Test func `Every line break is one CRLF`() {
        #expect(onTheWire("a\nb\r\nc\rd\n\r\r\n") == "a\r\nb\r\nc\r\nd\r\n\r\n\r\n")
    }

    /// Undoes RFC 2047's B encoding and the folding, as a mail client does.
    private func decoded(_ lines: [Substring]) -> String? {
        var value = lines.joined()
        if value.hasPrefix("Subject: ") { value.removeFirst("Subject: ".count) }
        guard value.contains("=?UTF-8?B?") else { return value }
        var text = ""
        for word in value.trimmingCharacters(in: .whitespaces).components(separatedBy: " ") {
            guard word.hasPrefix("=?UTF-8?B?"), word.hasSuffix("?="), word.utf8.count <= 75,
                let data = Data(base64Encoded: String(word.dropFirst(10).dropLast(2))),
                let piece = String(data: data, encoding: .utf8)
            else { return nil }
            text += piece
        }
        return text
    }
}
