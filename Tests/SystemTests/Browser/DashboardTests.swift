import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// The dashboard as users see it: a real browser and two real servers.
    @Suite struct DashboardTests {
        private static let settings = ["AUTH_MODE": "keys"]
        private static let scopes = ["catalog:write", "stock:write", "reservations:write", "procurement:write", "read"]

        /// Two servers with stock, a buyer's key, and a browser that is signed in at the first.
        static func withBuyer(
            _ machine: Browser.Machine = .desktop,
            _ body: (Stage, _ key: String, [StockClient], Browser) async throws -> Void
        ) async throws {
            try await Stage.with(settings: settings) { stage in
                let key = try await stage.createKey("Buyer Bea", scopes)
                let clients = await stage.clients.map { $0.with(key: key) }
                try await furnish(stage, clients[0])
                try await Browser.with(stage, machine) { browser in
                    try await browser.signIn(#require(await stage.servers.first), key)
                    try await body(stage, key, clients, browser)
                }
            }
        }

        /// TEA in two warehouses, 100 and 30 units; CUP with 8 units, which is low.
        private static func furnish(_ stage: Stage, _ client: StockClient) async throws {
            for (code, name) in [("WH1", "Main warehouse"), ("WH2", "City store")] {
                try await stage.require(client.post("/warehouses", ["code": .string(code), "name": .string(name)]))
            }
            for (sku, name) in [("TEA", "Green tea"), ("CUP", "Cup <b>& saucer</b>")] {
                try await stage.require(
                    client.post("/products", ["sku": .string(sku), "name": .string(name), "base_price": "2.50"]))
            }
            for (sku, code, units) in [("TEA", "WH1", 100), ("TEA", "WH2", 30), ("CUP", "WH1", 8)] {
                try await stage.require(client.receive(sku, code, units))
                try await stage.require(
                    client.put("/inventory/\(sku)/\(code)", ["reorder_point": 10, "reorder_quantity": 25]))
            }
        }

        // MARK: Signing in

        @Test(.timeLimit(.minutes(3)))
        func `A buyer signs in, sees how things stand, and signs out`() async throws {
            try await Stage.with(servers: 1, settings: Self.settings) { stage in
                let key = try await stage.createKey("Buyer Bea", Self.scopes)
                let server = try #require(await stage.servers.first)
                try await Self.furnish(stage, try #require(await stage.clients.first).with(key: key))
                try await Browser.with(stage) { browser in
                    try await browser.open(server.url + "/dashboard/products/TEA")
                    #expect(try await browser.path() == "/dashboard/sign-in")
                    await browser.screenshot("sign-in")
                    try await browser.type("inv_0", into: "#key")
                    try await browser.click("main button[type=submit]")
                    try await browser.waits(for: "the fault", "document.querySelector('#key-fault')")
                    #expect(
                        try await browser.run(
                            "return document.querySelector('#key').getAttribute('aria-describedby')") == "key-fault")
                    try await browser.type(key, into: "#key")
                    try await browser.click("main button[type=submit]")
                    try await browser.waits(for: "the page asked for", "document.querySelector('#totals')")
                    #expect(try await browser.path() == "/dashboard/products/TEA")
                    #expect(try await browser.figure("hand") == "130")

                    try await browser.open(server.url + "/")
                    #expect(try await browser.figure("low") == "1")
                    #expect(try await browser.figure("out") == "0")
                    #expect(try await browser.figure("value")?.hasPrefix("345.00") == true)
                    #expect(try await browser.text("#low tbody")?.contains("Cup <b>& saucer</b>") == true)
                    #expect(try await browser.run("return document.cookie") == "", "a script can read the session")
                    await browser.screenshot("overview")

                    try await browser.click(".sign-out button")
                    try await browser.waits(for: "signed out", "document.querySelector('#key')")
                    try await browser.open(server.url + "/")
                    #expect(try await browser.path() == "/dashboard/sign-in")
                    try await browser.expectQuietConsole(but: "401 (Unauthorized)")
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `Pages of a revoked key redirect to the sign-in by themselves, on both servers`() async throws {
            try await Self.withBuyer { stage, _, _, browser in
                let other = await stage.servers[1]
                // Cookies ignore the port, and both servers share sessions.
                try await browser.open(other.url + "/dashboard/products")
                #expect(try await browser.path() == "/dashboard/products")
                try await browser.isLive()
                let revoked = try await Products.inventoryctl(
                    ["keys", "revoke", "Buyer Bea"], database: stage.database, in: stage.folder)
                #expect(revoked.end == .exit(0), "\(revoked.errorOutput)")
                try await browser.waits(for: "signed out", "location.pathname === '/dashboard/sign-in'")
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `A read-only key is offered no actions`() async throws {
            try await Self.withBuyer { stage, _, _, browser in
                let server = try #require(await stage.servers.first)
                let reader = try await stage.createKey("Reader", ["read"])
                try await browser.click(".sign-out button")
                try await browser.signIn(server, reader)
                #expect(try await browser.run("return document.querySelectorAll('[data-call]').length") == 0)
                try await browser.open(server.url + "/dashboard/products/TEA")
                #expect(try await browser.run("return document.querySelectorAll('[data-form]').length") == 0)
                #expect(try await browser.figure("hand") == "130")
            }
        }

        // MARK: Live

        @Test(.timeLimit(.minutes(3)))
        func `A reservation on another server and its expiry by the sweeper update the page without a reload`()
            async throws
        {
            try await Self.withBuyer { stage, _, clients, browser in
                try await browser.mark()
                #expect(try await browser.figure("pending") == "0")
                let order = newOrder()
                try await stage.require(clients[1].reserve(order: order, [("TEA", "WH1", 95)], ttl: 6))
                try await browser.waits(
                    for: "the reservation", "document.querySelector('[data-figure=pending]').innerText === '1'")
                try await browser.waits(
                    for: "it is low", "document.querySelector('[data-figure=low]').innerText === '2'")
                #expect(try await browser.text("#low tbody")?.contains("TEA") == true)
                #expect(try await browser.isMarked)

                let server = try #require(await stage.servers.first)
                try await browser.open(server.url + "/dashboard/orders/\(order)")
                try await browser.isLive()
                #expect(try await browser.text("#reservations")?.contains("95 units") == true)
                await browser.screenshot("order")
                let sweeper = try SweeperProcess.launch(stage)
                try await browser.waits(
                    for: "it expired", "document.querySelector('#reservations').innerText.includes('expired')")
                sweeper.send(SIGTERM)
                _ = try await sweeper.waitForEnd()
                try await browser.expectQuietConsole()
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `A page reconnects to a server that was down`() async throws {
            try await Self.withBuyer { stage, _, clients, browser in
                try await browser.mark()
                let server = try #require(await stage.servers.first)
                server.freeze()
                try await stage.require(clients[1].receive("TEA", "WH1", 7))
                server.thaw()
                await stage.forget(server)
                await server.crash()
                try await browser.waits(
                    for: "it notices", "document.getElementById('live').dataset.state === 'off'")
                // The server restarts at the same address, where the page expects it.
                _ = try await stage.startServer(["HTTP_PORT": String(server.port)])
                try await browser.isLive()
                try await browser.waits(
                    for: "the receipt", "document.querySelector('[data-figure=value]').innerText.startsWith('362.50')")
                #expect(try await browser.isMarked)
            }
        }

        // MARK: Doing

        @Test(.timeLimit(.minutes(3)))
        func `The form receives stock once, however often it is clicked, and shows faults at their fields`()
            async throws
        {
            try await Self.withBuyer { stage, _, clients, browser in
                let server = try #require(await stage.servers.first)
                try await browser.open(server.url + "/dashboard/products/TEA?warehouse=WH1")
                try await browser.isLive()
                try await browser.mark()
                let form = "form[data-form$=receive]"
                try await browser.click("\(form) button")
                #expect(try await browser.text("#receive-quantity-fault") == "Please fill this in.")
                try await browser.type("a few", into: "#receive-quantity")
                try await browser.click("\(form) button")
                #expect(try await browser.text("#receive-quantity-fault") == "Must be a whole number.")
                try await browser.run("document.querySelector('#receive-quantity').value = ''")
                try await browser.type("0", into: "#receive-quantity")
                try await browser.click("\(form) button")
                try await browser.waits(
                    for: "the server's fault",
                    "document.querySelector('#receive-quantity-fault')?.innerText.includes('1')")
                #expect(
                    try await browser.run(
                        "return document.activeElement.id + ' ' + document.activeElement.getAttribute('aria-describedby')"
                    )
                        == "receive-quantity receive-quantity-fault")
                await browser.screenshot("receive-fault")

                try await browser.run("document.querySelector('#receive-quantity').value = ''")
                try await browser.type("1,250", into: "#receive-quantity")
                try await browser.type("From <the> supplier", into: "#receive-reason")
                try await browser.run(
                    "const b = document.querySelector(arguments[0] + ' button'); b.click(); b.click(); b.click()",
                    .string(form))
                try await browser.waits(
                    for: "the receipt", "document.querySelector('[data-figure=hand]').innerText === '1,380'")
                #expect(try await browser.text(".toast")?.contains("1,250 received") == true)
                #expect(try await browser.text("#ledger tbody")?.contains("From <the> supplier") == true)
                #expect(try await browser.isMarked)
                #expect(try await clients[1].record("TEA", "WH1")["quantity_on_hand"] == 1_350)
                let id = try #require(try await clients[0].record("TEA", "WH1")["id"].text)
                let rows = try await clients[0].get("/inventory/\(id)/transactions?type=receive").json["items"].array
                #expect(rows.count == 2 && rows.first?["actor"] == "Buyer Bea")
                try await browser.expectQuietConsole(but: "422 (Unprocessable")
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `Stock is adjusted and transferred, and a shortage is shown at the field`() async throws {
            try await Self.withBuyer { stage, _, clients, browser in
                let server = try #require(await stage.servers.first)
                try await browser.open(server.url + "/dashboard/products/TEA?warehouse=WH2")
                try await browser.click("details:has(form[data-form$=adjust]) summary")
                try await browser.type("27", into: "#adjust-amount")
                try await browser.type("Counted", into: "#adjust-reason")
                try await browser.click("form[data-form$=adjust] button")
                try await browser.waits(
                    for: "the count", "document.querySelector('[data-figure=hand]').innerText === '127'")
                try await browser.click("input[value=quantity_change]")
                try await browser.type("−28", into: "#adjust-amount")
                try await browser.type("Broken", into: "#adjust-reason")
                try await browser.click("form[data-form$=adjust] button")
                try await browser.waits(for: "the shortage", "document.querySelector('#adjust-amount-fault')")
                #expect(try await browser.text("#adjust-amount-fault")?.contains("Available: 27") == true)

                try await browser.click("details:has(form[data-form$=transfer]) summary")
                try await browser.run("document.querySelector('#transfer-to').value = 'WH1'")
                try await browser.type("7", into: "#transfer-quantity")
                try await browser.click("form[data-form$=transfer] button")
                try await browser.waits(
                    for: "the transfer",
                    "document.querySelector('#stock tr.current').innerText.replace(/\\s+/g, ' ').includes('WH2 20 ')")
                #expect(try await clients[1].record("TEA", "WH1")["quantity_on_hand"] == 107)
                try await browser.expectQuietConsole(but: "400 (Bad Request)")
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `An alert is acknowledged and a suggestion accepted in place`() async throws {
            try await Self.withBuyer { stage, _, clients, browser in
                try await browser.mark()
                try await browser.click("#low button[data-call$=acknowledge]")
                try await browser.waits(
                    for: "it is seen", "document.querySelector('#low .badge[title*=\"Buyer Bea\"]')")
                let alert = try await clients[1].get("/alerts?status=acknowledged").json["items"][0]
                #expect(alert["acknowledged_by"] == "Buyer Bea" && alert["sku"] == "CUP")
                try await browser.click("#low button[data-call$=accept]")
                try await browser.waits(
                    for: "it is accepted", "document.querySelector('#low').innerText.includes('Accepted')")
                #expect(
                    try await clients[1].get("/purchase-order-suggestions?status=accepted").json["items"].array.count
                        == 1)
                #expect(try await browser.isMarked)
                // The keyboard focus has not moved.
                #expect(
                    try await browser.run("return document.activeElement !== document.body") == true)
                let server = try #require(await stage.servers.first)
                try await browser.open(server.url + "/dashboard/alerts?status=acknowledged")
                #expect(try await browser.text("#list")?.contains("Buyer Bea") == true)
                await browser.screenshot("alerts")
                try await browser.expectQuietConsole()
            }
        }
    }
}
