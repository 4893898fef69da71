import Domain
import HTTPTypes
import Testing
import UseCases

@testable import DashboardRoutes
@testable import HTTPCore

@Suite("Dashboard pages")
struct DashboardPageTests {
    private static let pages = [
        "/", "/dashboard/products", "/dashboard/products/LAPTOP-001", "/dashboard/alerts", "/dashboard/orders",
        "/dashboard/orders/\(Samples.orderText)",
    ]

    @Test(arguments: pages)
    func `A page has a strict policy, and caches must not store it`(path: String) async throws {
        let answer = try await TestDashboard().get(path)
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.hasPrefix("default-src 'none'; ") && !policy.contains("unsafe") && !policy.contains("://"))
        #expect(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"))
        #expect(answer.headers[.cacheControl] == "no-store" && answer.headers[.referrerPolicy] == "same-origin")
        #expect(!answer.text.contains("<13\">"), "a name is markup")
        #expect(answer.text.utf8.count < 100_000)
    }

    @Test func `The overview shows every figure of the summary, formatted for people`() async throws {
        let text = try await TestDashboard(mailboxURL: "http://mail.example/").get("/").text
        for figure in [
            "1,234,567.89 <span class=\"unit\">EUR", ">1,234<", ">99.9 <", "1,000 checkouts in 24 h, 1 refused",
        ] {
            #expect(text.contains(figure), "\(figure)")
        }
        #expect(text.contains(">4.2<small>p50") && text.contains(">1,042<small>p99"))
        #expect(text.contains("6 units held") && text.contains("1 alert not yet seen"))
        #expect(text.contains("href=\"http://mail.example/\"") && text.contains("href=\"/docs\""))
        #expect(text.contains("Top movers") && text.contains("1,500") && text.contains("2,600"))
    }

    @Test func `A low record offers its decisions, or shows the decision taken`() async throws {
        let alert: AlertID = Samples.id("01920000-0000-7000-8000-0000000000e1")
        let suggestion: SuggestionID = Samples.id("01920000-0000-7000-8000-0000000000f1")
        func page(_ status: AlertView.Status, _ decision: SuggestionView.Status) async throws -> String {
            let state = ProcurementState(
                alert: alert, alertStatus: status, acknowledgedBy: status == .open ? nil : "Bea",
                suggestion: .init(
                    id: suggestion, quantity: 1_025, unitPrice: Money(hundredths: 1_999), status: decision,
                    decidedBy: nil))
            let queries = FakeDashboardQueries(procurement: [Samples.inventory: state])
            return try await TestDashboard(queries: queries).get("/").text
        }
        let open = try await page(.open, .open)
        #expect(open.contains("data-call=\"/api/v1/purchase-order-suggestions/\(suggestion)/accept\""))
        #expect(open.contains("data-call=\"/api/v1/alerts/\(alert)/acknowledge\""))
        #expect(open.contains("1,025") && open.contains("20,489.75 EUR"))
        let decided = try await page(.acknowledged, .dismissed)
        #expect(!decided.contains("data-call") && decided.contains("Dismissed"))
        #expect(decided.contains("Acknowledged by Bea"))
    }

    @Test func `A product's page shows its stock, its history and the forms, and a SKU may contain a slash`()
        async throws
    {
        let text = try await TestDashboard().get("/dashboard/products/LAPTOP-001").text
        for part in [
            "1,234", "First &amp; only", "data-form=\"/api/v1/inventory/receive\"",
            "data-form=\"/api/v1/inventory/return\"", "<desc>", "class=\"line on-hand\"",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        let missing = try await TestDashboard().get("/dashboard/products/A%2FB%20%3Cb%3E")
        #expect(missing.status == 404 && missing.text.contains("Unknown SKU: A/B &lt;b&gt;"))
        #expect(missing.text.contains("<h1>Not found</h1>"))
    }

    @Test func `An order is found by its id, and a malformed id is reported at the field`() async throws {
        let dashboard = TestDashboard()
        let order = try await dashboard.get("/dashboard/orders?order_id=%20\(Samples.orderText.uppercased())%20")
        #expect(order.status == 200 && order.text.contains("2 units") && order.text.contains("data-call"))
        let fault = try await dashboard.get("/dashboard/orders?order_id=%3Cx")
        #expect(fault.text.contains("aria-describedby=\"order-fault\"") && fault.text.contains("value=\"&lt;x\""))
        var ports = TestPorts.furnished
        ports.reservations = { _ throws(ServiceFailure) in [] }
        let missing = try await TestDashboard(ports).get("/dashboard/orders/\(Samples.orderText)")
        #expect(missing.status == 404 && missing.text.contains("No reservation has this order id."))
    }

    @Test func `An error is shown on a page, with the request's id and without the cause`() async throws {
        var ports = TestPorts.furnished
        ports.summary = { () throws(ServiceFailure) in throw .unavailable(cause: "host db-7 is away") }
        let answer = try await TestDashboard(ports).get("/", [.requestID: "r-1"])
        #expect(answer.status == 503 && answer.headers[.retryAfter] == "2")
        #expect(answer.text.contains("The database cannot be reached.") && answer.text.contains("r-1"))
        #expect(!answer.text.contains("db-7"))
        #expect(answer.headers[.contentSecurityPolicy] != nil && answer.headers[.cacheControl] == "no-store")
        for cursor in ["nonsense", "W10", "%ff"] {
            let bad = try await TestDashboard().get("/dashboard/products?cursor=\(cursor)")
            #expect(bad.status == 400 || cursor == "W10", "\(cursor): \(bad.status)")
        }
    }

    @Test func `A list links to its next page and to its first`() async throws {
        let dashboard = TestDashboard()
        let first = try await dashboard.get("/dashboard/products?search=a+b").text
        #expect(first.contains("search=a%20b&amp;cursor=") && !first.contains("First page"))
        let next = try #require(first.firstMatch(of: /href="([^"]*cursor=[^"]*)"/)?.output.1)
        let second = try await dashboard.get(String(next).replacing("&amp;", with: "&")).text
        #expect(second.contains("First page"))
    }

    @Test func `Assets may be cached for a year, and unknown assets are 404`() async throws {
        let dashboard = TestDashboard()
        let page = try await dashboard.get("/").text
        let paths = page.matches(of: /"(\/assets\/[^"]+)"/).map { String($0.output.1) }
        #expect(paths.count == 3)
        for path in paths {
            let answer = try await dashboard.get(path)
            #expect(answer.status == 200 && answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(!answer.text.isEmpty)
        }
        for path in ["/assets/main.js", "/assets/..%2Fmain.js", "/assets/x"] {
            #expect(try await dashboard.get(path).status == 404)
        }
    }

    @Test func `The OpenAPI description contains no page, and no route is declared twice`() {
        let pages = Set(TestDashboard().site.endpoints.map(\.path.description))
        #expect(pages.isDisjoint(with: makeAPI().map(\.path.description)))
        #expect(pages.allSatisfy { $0 == "/" || $0.hasPrefix("/dashboard") || $0.hasPrefix("/assets/") })
    }
}
