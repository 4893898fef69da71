import HTTPCore
import HTTPTypes
import JSON
import UseCases

/// Figures over the whole stock.
struct ReportEndpoints: Sendable {
    let reports: any StockReports
    /// The currency code of all prices.
    let currency: String
    /// This server's latencies.
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
            ),
            Endpoint(
                .get,
                .api("/reports/top-movers"),
                scope: .read,
                summary: "Lists the products that are moved most",
                description: .getTopMovers,
                handler: topMovers
            ),
            Endpoint(
                .get,
                .api("/reports/turnover"),
                scope: .read,
                summary: "Shows what went out against what was there, by product",
                description: .getTurnover,
                handler: turnover
            ),
            Endpoint(
                .get,
                .api("/reports/movements"),
                scope: .read,
                summary: "Shows what came in and went out, by hour or day",
                description: .getMovements,
                handler: movements
            ),
        ]
    }

    @Sendable private func summary(_ request: APIRequest) async throws -> APIResponse {
        let summary = try await reports.summary()
        let latencies = latencies()
        return .json { $0.summary(summary, currency: currency, latencies) }
    }

    @Sendable private func topMovers(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let days = parameters.optional("days", .integer(in: ReportLimits.days)) ?? ReportLimits.topMoverDays
        let limit = parameters.optional("limit", .integer(in: PageLimits.allowed)) ?? ReportLimits.topMovers
        guard parameters.faults.isEmpty else { throw parameters.failure }
        let movers = try await reports.topMovers(days: days, limit: Int(limit))
        return .json { writer in
            writer.object { $0.member("items", movers) { $0.topMover($1) } }
        }
    }

    @Sendable private func turnover(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let days = parameters.optional("days", .integer(in: ReportLimits.days)) ?? ReportLimits.standardDays
        guard let page = try parameters.page() else { throw parameters.failure }
        let report = try await reports.turnover(days: days, page: page)
        return .json { $0.turnover(report, days: days) }
    }

    @Sendable private func movements(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let bucket = parameters.optional("bucket", .word() as FieldRule<MovementBucket>) ?? .day
        let allowed = bucket == .hour ? ReportLimits.hourlyDays : ReportLimits.days
        // `days` defaults to 30 for either bucket; hours allow at most 31.
        let days = parameters.optional("days", .integer(in: allowed)) ?? ReportLimits.standardDays
        guard parameters.faults.isEmpty else { throw parameters.failure }
        let lines = try await reports.movements(days: days, bucket: bucket)
        return .json { writer in
            writer.object { $0.member("items", lines) { $0.movement($1) } }
        }
    }
}

/// How far reports look back.
enum ReportLimits {
    /// A year.
    static let days: ClosedRange<Int64> = 1...365
    /// A month of hours, which is 744 buckets; a year would be thousands.
    static let hourlyDays: ClosedRange<Int64> = 1...31
    static let standardDays: Int64 = 30
    static let topMoverDays: Int64 = 7
    static let topMovers: Int64 = 10
}
