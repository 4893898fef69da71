import Testing
import UseCases

@testable import HTTP

@Suite("Report routes")
struct ReportTests {
    private static func summary(attempts: Int64, succeeded: Int64) -> StockSummary {
        StockSummary(
            outOfStockCount: 1, lowStockCount: 2, inventoryValue: "92233720368547758070.25", productCount: 3,
            inventoryCount: 4, pendingReservations: 5, pendingUnits: 6, attempts: attempts, succeeded: succeeded,
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

    @Test("without attempts there is no rate, and only a rate without a failure is 1")
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
}
