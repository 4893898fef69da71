import Testing

@testable import Dashboard

@Suite("Pages and files")
struct PageTests {
    private let pages = DashboardPages()

    @Test(arguments: DashboardPages.Name.allCases)
    func `Every page has the common frame and nothing that the content security policy forbids`(
        name: DashboardPages.Name
    ) {
        let html = pages.html(name, ["title": "T", "visitor": ["name": "V"], "live": true, "csrf": "c"])
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("<main id=\"main\""))
        #expect(html.contains("<title>T · Inventory</title>"))
        #expect(!html.contains(" style=") && !html.contains("<style") && !html.contains("://"))
        #expect(html.matches(of: /\son[a-z]+=/).isEmpty, "an inline handler")
        #expect(html.matches(of: /<script(?![^>]*src=)/).isEmpty, "an inline script")
        #expect(!html.contains("{{"))
    }

    @Test func `A value is escaped everywhere, even with a combining accent`() {
        let html = pages.html(
            .message, ["title": "<\u{301}script>\"'&", "status": "1", "text": "<\u{338}img src=x onerror=alert(1)>"])
        #expect(html.contains("&lt;\u{301}script&gt;&quot;&#39;&amp;"))
        #expect(html.contains("&lt;\u{338}img") && !html.contains("<\u{338}img"))
    }

    @Test func `The fields of one row do not appear in another row`() {
        func line(_ sku: String, _ more: [String: Any] = [:]) -> [String: Any] {
            ["id": sku, "sku": sku, "name": sku, "available": "1"].merging(more) { $1 }
        }
        let low: [String: Any] = [
            "lines": [line("A", ["decidable": true, "suggestion": "S", "quantity": "25"]), line("B")]
        ]
        let html = pages.html(.overview, ["title": "T", "low": low])
        #expect(html.matches(of: /data-call="[^"]*accept"/).count == 1)
        #expect(html.contains("<strong>Nothing is low.</strong>") == false)
        #expect(pages.html(.overview, ["title": "T"]).contains("<strong>Nothing is low.</strong>"))
    }

    @Test func `Every file's address contains its hash, and scripts refer to each other by address`() throws {
        #expect(Set(Asset.all.map(\.path)).count == Asset.all.count)
        for asset in Asset.all {
            #expect(asset.path.wholeMatch(of: /\/assets\/[a-z]+-[0-9a-f]{16}\.(js|css|svg)/) != nil, "\(asset.path)")
            let text = String(decoding: asset.bytes, as: UTF8.self)
            #expect(!text.contains("@import") && !text.contains("url("))
            for reference in text.matches(of: /from "\.\/([^"]+)"/) {
                #expect(
                    Asset.all.contains { $0.fileName == reference.output.1 }, "\(asset.name): \(reference.output.1)")
            }
        }
        #expect(Asset.all.reduce(0) { $0 + $1.bytes.count } < 60_000)
    }
}
