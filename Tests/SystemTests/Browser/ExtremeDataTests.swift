import TestSupport
import Testing

extension SystemTests {
    /// The longest names without a space and the largest figures that the API accepts, between ordinary ones.
    @Suite struct ExtremeDataTests {
        private static let longSKU = String(repeating: "W", count: 64)
        private static let longCode = String(repeating: "M", count: 64)
        private static let longName = String(repeating: "Donaudampfschifffahrt", count: 9)
        private static let longText = String(repeating: "Wiederbeschaffung", count: 11)
        /// 2^53 - 1 units at the highest price: a value of 26 digits.
        private static let mostUnits = 9_007_199_254_740_991
        private static let highestPrice = "9999999999.99"

        /// From a phone to a wall display, in CSS pixels.
        private static let widths = [360, 768, 1_280, 2_560]

        /// Extreme products in two warehouses beside a cup that costs 2.50; an order holds the longest SKU.
        private static func furnish(_ stage: Stage, _ client: StockClient) async throws -> String {
            for (code, name) in [(longCode, longName), ("WH1", "Main warehouse")] {
                try await stage.require(client.post("/warehouses", ["code": .string(code), "name": .string(name)]))
            }
            for (sku, name, price) in [
                (longSKU, longName, highestPrice), ("CUP", "Cup & saucer", "2.50"), ("TEA", "Green tea", "4.00"),
            ] {
                let product: JSON = ["sku": .string(sku), "name": .string(name), "base_price": .string(price)]
                try await stage.require(client.post("/products", product))
            }
            for (sku, code, units) in [
                (longSKU, longCode, mostUnits), (longSKU, "WH1", mostUnits), ("CUP", "WH1", 8),
                ("TEA", longCode, 12_345),
            ] {
                let place: [String: JSON] = ["sku": .string(sku), "warehouse_code": .string(code)]
                let count = place.merging(
                    ["counted_quantity": .integer(units), "reason": .string(longText), "reference": .string(longText)]
                ) { $1 }
                try await stage.require(client.post("/inventory/adjust", .object(count)))
                try await stage.require(
                    client.put(
                        "/inventory/\(sku)/\(code)",
                        ["reorder_point": .integer(units), "reorder_quantity": .integer(units)]))
            }
            for _ in 0..<3 { try await stage.require(client.receive("CUP", "WH1", 1)) }
            try await stage.require(client.receive("TEA", longCode, 1_000_000_000))
            let low = try await client.get("/alerts").json["items"].array.first { $0["sku"].text == longSKU }
            try await stage.require(client.post("/alerts/\(low?["id"].text ?? "")/acknowledge"))
            let order = newOrder()
            try await stage.require(
                client.reserve(order: order, [(longSKU, longCode, 1_000_000_000), ("CUP", "WH1", 2)]))
            return order
        }

        @Test(.timeLimit(.minutes(5)), arguments: [false, true])
        func `The longest names and the largest figures fit the layout, from a phone to a wall display`(
            isDark: Bool
        ) async throws {
            try await Stage.with(servers: 1, settings: ["AUTH_MODE": "keys"]) { stage in
                let key = try await stage.createKey(String(repeating: "K", count: 64), ["admin"])
                let server = try #require(await stage.servers.first)
                let order = try await Self.furnish(stage, stage.client(server).with(key: key))
                let pages = [
                    "/", "/dashboard/products", "/dashboard/products/\(Self.longSKU)?warehouse=\(Self.longCode)",
                    "/dashboard/products/CUP", "/dashboard/alerts", "/dashboard/alerts?status=acknowledged",
                    "/dashboard/orders/\(order)",
                ]
                try await Browser.with(stage, isDark ? .dark : .desktop) { browser in
                    try await browser.signIn(server, key)
                    for width in Self.widths {
                        try await browser.resize(to: width)
                        for (index, page) in pages.enumerated() {
                            try await browser.open(server.url + page)
                            try await browser.isLive()
                            let faults = try await browser.run(Self.faults)
                            #expect(faults == [], "\(width) pixels, \(page)")
                            await browser.screenshot("extreme-\(isDark ? "dark" : "light")-\(width)-\(index)")
                        }
                    }
                    try await browser.expectQuietConsole()
                }
            }
        }

        /// A script that describes layout faults of the page.
        private static let faults = """
            const faults = [];
            const root = document.scrollingElement;
            if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} wide`);
            const name = (element) => `${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}`;
            // What a part hides is lost; what a table's own scrolling hides can be reached, and is asked about below.
            for (const card of document.querySelectorAll(".card, .tile")) {
              const right = card.getBoundingClientRect().right + 0.5;
              for (const element of card.querySelectorAll("*")) {
                if (element.closest(".scroll, .hidden, svg") || element.getClientRects().length === 0) continue;
                if (element.getBoundingClientRect().right > right) faults.push(`beyond its card: ${name(element)}`);
              }
            }
            // A figure stands on one line, its currency may stand on the next.
            for (const figure of document.querySelectorAll("[data-figure]")) {
              const range = document.createRange();
              range.selectNode(figure.firstChild);
              if (range.getClientRects().length !== 1) faults.push(`broken: ${name(figure)}`);
              if (parseFloat(getComputedStyle(figure).fontSize) < 12) faults.push(`too small: ${name(figure)}`);
            }
            // Only a table with five columns of 16 digits each may need scrolling on a desktop.
            for (const table of document.querySelectorAll(".scroll")) {
              if (!table.closest("#stock") && innerWidth > 1000 && table.scrollWidth > table.clientWidth + 1) {
                faults.push(`columns are out of sight: ${table.scrollWidth} of ${table.clientWidth}`);
              }
            }
            // No word is torn into letters: a column keeps the room of a few.
            for (const cell of document.querySelectorAll("tbody th, tbody td")) {
              if (cell.textContent.trim().length > 20 && cell.getBoundingClientRect().width < 60
                  && cell.getClientRects().length > 0) faults.push(`squeezed: ${name(cell)}`);
            }
            // A word of ours stays whole.
            for (const word of document.querySelectorAll("[data-field=type], button, .badge, thead th")) {
              if (word.getClientRects().length === 0 || /[ \\-]/.test(word.textContent.trim())) continue;
              const range = document.createRange();
              range.selectNodeContents(word);
              if (new Set(Array.from(range.getClientRects(), (rect) => rect.top)).size > 1) {
                faults.push(`torn: ${name(word)}`);
              }
            }
            return faults.slice(0, 8);
            """
    }
}
