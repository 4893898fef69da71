import Domain
import Testing
import UseCases

@testable import HTTPCore

@Suite("Report routes")
struct ReportTests {
    private static func decimal(_ text: String) -> ExactDecimal {
        guard let decimal = ExactDecimal(text) else { preconditionFailure("not a decimal: \(text)") }
        return decimal
    }

    private static func summary(attempts: Int64, succeeded: Int64) -> StockSummary {
        StockSummary(
            outOfStockCount: 1, lowStockCount: 2, inventoryValue: decimal("92233720368547758070.25"), productCount: 3,
            inventoryCount: 4, pendingReservations: 5, pendingUnits: decimal("6"), attempts: attempts,
            succeeded: succeeded,
            openAlerts: 7)
    }

    @Test("the summary has every figure under its name")
    func figures() async throws {
        var ports = TestPorts()
        ports.summary = { Self.summary(attempts: 3, succeeded: 2) }
        try await withAPI(ports) { api in
            let answer = try await api.get("/reports/summary")
            #expect(
                answer.text == """
                    {"out_of_stock_count":1,"low_stock_count":2,"total_inventory_value":"92233720368547758070.25",\
                    "currency":"EUR","product_count":3,"inventory_count":4,"reservations":{"pending":5,\
                    "pending_units":6,"attempts":3,"succeeded":2,"success_rate":0.666},\
                    "lock_wait_ms":{"p50":1.000,"p95":2.500,"p99":1000.000},\
                    "response_ms":{"p50":null,"p95":null,"p99":null},"open_alerts":7}
                    """)
        }
    }

    @Test("without attempts the rate is null, and it is 1 only without failures")
    func rate() async throws {
        var ports = TestPorts()
        ports.summary = { Self.summary(attempts: 0, succeeded: 0) }
        try await withAPI(ports) { api in
            let answer = try await api.get("/reports/summary")
            #expect(answer.text.contains(#""success_rate":null"#))
        }
        ports.summary = { Self.summary(attempts: 100_000, succeeded: 99_999) }
        try await withAPI(ports) { api in
            let answer = try await api.get("/reports/summary")
            #expect(answer.text.contains(#""success_rate":0.999}"#))
        }
    }

    @Test("top movers follow the query; the default is seven days and ten products")
    func topMovers() async throws {
        var ports = TestPorts()
        ports.topMovers = { days, limit throws(ServiceFailure) in
            [
                TopMover(
                    sku: Samples.sku, name: "Laptop", transactionCount: days,
                    unitsOut: ExactDecimal(Int64(limit)))
            ]
        }
        try await withAPI(ports) { api in
            let standard = try await api.get("/reports/top-movers")
            #expect(
                standard.text
                    == #"{"items":[{"sku":"LAPTOP-001","name":"Laptop","transaction_count":7,"units_out":10}]}"#)
            let chosen = try await api.get("/reports/top-movers?days=365&limit=500")
            #expect(chosen.text.contains(#""transaction_count":365,"units_out":500"#))
        }
    }

    @Test("turnover shows exact figures, null for what has no value, and the next page's cursor")
    func turnover() async throws {
        var ports = TestPorts()
        ports.turnover = { days, page throws(ServiceFailure) in
            let some = TurnoverFigures(
                unitsOut: Self.decimal("12"), valueOut: Self.decimal("239.88"), averageOnHand: Self.decimal("33.333"),
                turnover: Self.decimal("0.3600"), daysOfCover: Self.decimal("75.0"))
            let none = TurnoverFigures(
                unitsOut: Self.decimal("0"), valueOut: Self.decimal("0.00"), averageOnHand: Self.decimal("0.000"),
                turnover: nil, daysOfCover: nil)
            #expect(days == 30 && page == PageRequest(limit: 1))
            let line = TurnoverLine(sku: Samples.sku, name: "Laptop", figures: none)
            return TurnoverReport(total: some, page: Page(items: [line], next: Cursor(["turnover", "LAPTOP-001"])))
        }
        try await withAPI(ports) { api in
            let answer = try await api.get("/reports/turnover?limit=1")
            #expect(
                answer.text == """
                    {"days":30,"total":{"units_out":12,"value_out":"239.88","average_on_hand":33.333,\
                    "turnover":0.3600,"days_of_cover":75.0},"items":[{"sku":"LAPTOP-001","name":"Laptop",\
                    "units_out":0,"value_out":"0.00","average_on_hand":0.000,"turnover":null,"days_of_cover":null}],\
                    "next_cursor":"WyJ0dXJub3ZlciIsIkxBUFRPUC0wMDEiXQ"}
                    """)
        }
    }

    @Test("movements follow the query; the default is 30 days by day")
    func movements() async throws {
        var ports = TestPorts()
        ports.movements = { days, bucket throws(ServiceFailure) in
            [
                MovementLine(
                    start: Samples.instant, unitsIn: ExactDecimal(days),
                    unitsOut: Self.decimal("92233720368547758070"),
                    unitsAdjusted: ExactDecimal(bucket == .day ? -1 : -2))
            ]
        }
        try await withAPI(ports) { api in
            let standard = try await api.get("/reports/movements")
            #expect(
                standard.text == """
                    {"items":[{"bucket_start":"2026-11-22T15:00:00.123Z","units_in":30,\
                    "units_out":92233720368547758070,"units_adjusted":-1}]}
                    """)
            let hours = try await api.get("/reports/movements?bucket=hour&days=31")
            #expect(hours.text.contains(#""units_in":31,"#) && hours.text.contains(#""units_adjusted":-2"#))
        }
    }

    @Test(
        "what is out of range is 422 and names the parameter",
        arguments: [
            ("top-movers?days=0", "days"), ("top-movers?days=366", "days"), ("top-movers?days=a", "days"),
            ("top-movers?limit=501", "limit"), ("turnover?days=366", "days"), ("turnover?limit=0", "limit"),
            ("movements?days=0", "days"), ("movements?days=366", "days"), ("movements?bucket=week", "bucket"),
            ("movements?bucket=hour&days=32", "days"),
        ])
    func ranges(_ query: String, _ field: String) async throws {
        try await withAPI(TestPorts()) { api in
            let answer = try await api.get("/reports/\(query)")
            #expect(answer.status == 422)
            #expect(answer.text.contains(#""field":"\#(field)""#))
        }
    }
}
