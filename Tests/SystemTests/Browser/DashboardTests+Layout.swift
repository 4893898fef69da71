import Glibc
import TestSupport
import Testing

/// Accessibility and layout of every page.
extension SystemTests.DashboardTests {
    private static let looks: [String: Browser.Machine] = [
        "light": .desktop, "dark": .dark, "light phone": .phone, "dark phone": .darkPhone,
    ]

    /// Opens every page with the given settings, with 10,000 more products and an order.
    private static func visit(
        _ look: String, _ body: (Browser, _ page: String, _ index: Int) async throws -> Void
    ) async throws {
        try await withBuyer(#require(looks[look])) { stage, _, clients, browser in
            try await stage.makeProducts(10_000)
            let order = newOrder()
            try await stage.require(clients[0].reserve(order: order, [("TEA", "WH1", 95)]))
            let server = try #require(await stage.servers.first)
            let pages = [
                "/", "/dashboard/products", "/dashboard/products?search=bulk+99", "/dashboard/products?search=zzz",
                "/dashboard/products/TEA?warehouse=WH1", "/dashboard/alerts", "/dashboard/alerts?status=resolved",
                "/dashboard/orders", "/dashboard/orders?order_id=x", "/dashboard/orders/\(order)",
            ]
            for (index, page) in pages.enumerated() {
                try await browser.open(server.url + page)
                try await browser.isLive()
                try await body(browser, page, index)
                try await browser.expectQuietConsole()
            }
            try await browser.open(server.url + "/dashboard/products/NOTHING")
            try await body(browser, "a page that says what is wrong", pages.count)
            try await browser.click(".brand")
            try await browser.click(".sign-out button")
            try await browser.waits(for: "signed out", "document.querySelector('#key')")
            try await body(browser, "the sign-in", pages.count + 1)
        }
    }

    @Test(
        .enabled(if: environment("TEST_AXE") != nil, "scripts/test could not fetch axe-core"),
        .timeLimit(.minutes(5)),
        arguments: looks.keys.sorted())
    func `No page violates an accessibility rule`(look: String) async throws {
        try await Self.visit(look) { browser, page, _ in
            let violations = try await browser.violations()
            #expect(violations == [], "\(look), \(page)")
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: looks.keys.sorted())
    func `No page scrolls sideways, each is small, and the console is quiet`(look: String) async throws {
        try await Self.visit(look) { browser, page, index in
            let overflow = try await browser.run(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            #expect(overflow == 0, "\(look), \(page)")
            let bytes = try await browser.run(
                "return performance.getEntriesByType('navigation')[0].encodedBodySize")
            #expect((bytes.int ?? .max) < 100_000, "\(page): \(bytes)")
            await browser.screenshot("\(look.replacing(" ", with: "-"))-\(index)")
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `Dark mode follows the system until the user chooses, and the choice persists`() async throws {
        let background = "return getComputedStyle(document.body).backgroundColor"
        try await Self.withBuyer(.dark) { stage, _, _, browser in
            let dark = try await browser.run(background)
            try await browser.click("#theme")
            let light = try await browser.run(background)
            #expect(dark != light)
            let server = try #require(await stage.servers.first)
            try await browser.open(server.url + "/dashboard/alerts")
            #expect(try await browser.run("return document.documentElement.dataset.theme") == "light")
            #expect(try await browser.run(background) == light)
            try await browser.click("#theme")
            #expect(try await browser.run(background) == dark)
        }
    }
}
