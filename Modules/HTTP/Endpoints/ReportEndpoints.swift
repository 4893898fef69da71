import HTTPTypes
import UseCases

/// Figures over the whole stock (api.md, *Reports and dashboard*).
struct ReportEndpoints: Sendable {
    let reports: any StockReports
    /// The code of all prices.
    let currency: String
    /// Of this server.
    let latencies: @Sendable () -> ServiceLatencies

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                .api("/reports/summary"),
                scope: .read,
                summary: "Shows how the whole stock stands",
                description: .getSummary,
                handler: summary
            )
        ]
    }

    @Sendable private func summary(_ request: APIRequest) async throws -> APIResponse {
        let summary = try await reports.summary()
        let latencies = latencies()
        return .json { $0.summary(summary, currency: currency, latencies) }
    }
}
