import Domain
import MailTesting
import Testing
import UseCases

@testable import Alerts

private let renderer = DigestRenderer(from: "stock@example.com", currency: "EUR")

@Suite struct DigestRendererTests {
    @Test func `A digest of one line shows every figure`() throws {
        let email = renderer.render(digest([try line()]))
        #expect(email.subject == "Low stock: SKU-1 Widget at WH1: 3 left")
        #expect(email.messageID == "<digest.1@inventory.test>")
        #expect(email.from == "stock@example.com")
        #expect(email.to == ["a@example.com"])
        #expect(
            email.text == """
                One item has reached its reorder point.

                1. SKU-1  Widget
                   Warehouse:     Main (WH1)
                   Available:     3  (reorder point 10)
                   Raised:        2026-09-21 13:56 UTC
                   Suggested:     20 x 19.90 = 398.00 EUR

                Total of the suggestions: 398.00 EUR

                """)
        for cell in ["<bdi>Widget</bdi></td>", "<bdi>Main</bdi> (WH1)", ">19.90<", ">398.00<", ">398.00 EUR<"] {
            #expect(email.html.contains(cell), "\(cell)")
        }
        #expect(email.html.contains(#"<html lang="en">"#))
        #expect(email.html.components(of: #"<th scope="col""#) == 8)
        #expect(!email.html.contains("://"))
        #expect(!email.html.contains("{{") && !email.text.contains("{{"))
    }

    @Test func `A recovered line is marked, and the total leaves it out`() throws {
        let email = renderer.render(digest([try line(), try line(sku: "SKU-2", resolvedAt: 1_789_999_900_000)]))
        #expect(email.text.contains("2. SKU-2  Widget\n   Warehouse:     Main (WH1)"))
        #expect(email.text.contains("   RECOVERED SINCE (2026-09-21 14:11 UTC): no order needed\n"))
        #expect(email.text.components(of: "RECOVERED SINCE") == 1)
        #expect(email.text.contains("Total of the suggestions: 398.00 EUR"))
        #expect(email.html.components(of: "recovered since, 2026-09-21 14:11 UTC") == 1)
    }

    @Test func `The subject of several lines gives their number`() throws {
        let same = [try line(), try line()]
        #expect(renderer.render(digest(same)).subject == "Low stock: 2 items at WH1")
        let other = same + [try line(code: "WH2")]
        #expect(renderer.render(digest(other)).subject == "Low stock: 3 items in 2 warehouses")
        #expect(renderer.render(digest([])).subject == "Low stock")
    }

    @Test func `Values are exact beyond 64 bits`() throws {
        let line = try line(quantity: Quantity.highest, price: Money.highestPrice.hundredths)
        let email = renderer.render(digest([line, line]))
        #expect(email.text.contains("= 90071992547319837280073.45 EUR") == false)
        // 9007199254740991 × 999999999999 = 9007199254731983800745259009, twice for the total.
        #expect(email.text.contains("= 90071992547319838007452590.09 EUR"))
        #expect(email.text.contains("Total of the suggestions: 180143985094639676014905180.18 EUR"))
        var sum = Amount(.max, times: Money(hundredths: .max))
        for _ in 0..<4 { sum += sum }
        #expect(sum.hundredths == .max)
        #expect(Amount(-1, times: Money(hundredths: 5)).description == "-0.05")
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "</bdi></td><img src=x>", "{{total}}", "{{{subject}}}", "{{#rows}}x{{/rows}}",
        "{{=<% %>=}}", "a & b \"c\" 'd'", "<\u{301}b>", "&\u{301}lt;",
    ])
    func `Markup and templates in a name stay text`(name: String) throws {
        let email = renderer.render(digest([try line(name, warehouse: name)]))
        let cell = try #require(email.html.between("<bdi>", "</bdi>"))
        #expect(unescaped(cell) == name)
        #expect(!cell.unicodeScalars.contains { "<>\"'".unicodeScalars.contains($0) })
        #expect(email.text.contains("1. SKU-1  \(DisplayText.isolated(name))\n"))
        #expect(email.html.components(of: "<bdi>") == 2)
    }

    @Test(arguments: [
        "a\r\nFake: line", "a\u{2028}b", "a\u{85}b", "a\u{B}b\u{C}c", "\u{1B}[31mred", "nul\0", "tab\there", "\n\n\n",
    ])
    func `Line breaks and control characters in a name become spaces`(name: String) throws {
        let plain = renderer.render(digest([try line()]))
        let email = renderer.render(digest([try line(name, warehouse: name)]))
        #expect(breaks(email.text) == breaks(plain.text))
        #expect(breaks(email.html) == breaks(plain.html))
        #expect(breaks(email.subject) == 0)
    }

    @Test(arguments: ["שלום", "\u{202E}evil", "a\u{2069}\u{202E}b", "\u{2067}x", "é\u{2066}\u{2067}y"])
    func `The text direction of a name does not affect the text around it`(name: String) throws {
        let email = renderer.render(digest([try line(name)]))
        for text in [email.subject, email.text] {
            var depth = 0
            var lowest = 0
            for scalar in text.unicodeScalars {
                if ("\u{2066}"..."\u{2068}").contains(scalar) { depth += 1 }
                if scalar == "\u{2069}" { depth -= 1 }
                lowest = min(lowest, depth)
                // An override outside every isolate would reach to the end of the line.
                if ("\u{202A}"..."\u{202E}").contains(scalar) { #expect(depth > 0) }
            }
            #expect(depth == 0 && lowest == 0)
        }
        #expect(email.subject.unicodeScalars.contains("\u{2068}"))
    }

    @Test func `A long name is cut in the subject only`() throws {
        let name = String(repeating: "ä", count: 200)
        let email = renderer.render(digest([try line(name)]))
        #expect(
            email.subject == "Low stock: SKU-1 \u{2068}\(String(repeating: "ä", count: 59))…\u{2069} at WH1: 3 left")
        #expect(email.text.contains(name) && email.html.contains(name))
        let stack = "e" + String(repeating: "\u{301}", count: 5_000)
        #expect(renderer.render(digest([try line(stack)])).subject.unicodeScalars.count < 400)
    }
}

private func breaks(_ text: String) -> Int {
    text.unicodeScalars.count { scalar in
        switch scalar.value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}

/// Decodes scalar by scalar, as a browser does: to `String`, `;` with an accent is another character.
private func unescaped(_ text: Substring) -> String {
    var scalars = Array(text.unicodeScalars)
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        scalars = scalars.replacing(Array(entity.unicodeScalars), with: Array(character.unicodeScalars))
    }
    return String(String.UnicodeScalarView(scalars))
}

extension String {
    /// How often the text occurs.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }

    fileprivate func between(_ start: String, _ end: String) -> Substring? {
        guard let from = firstRange(of: start)?.upperBound else { return nil }
        guard let to = self[from...].firstRange(of: end)?.lowerBound else { return nil }
        return self[from..<to]
    }
}
