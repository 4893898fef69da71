import HTTPTypes
import NIOCore
import Testing
import UseCases

@testable import HTTP

@Suite("Reports on the dashboard")
struct ReportFiguresTests {
    private static func route(_ path: PathTemplate, _ answers: @escaping @Sendable (APIRequest) -> String) -> Endpoint {
        Endpoint(.get, path, scope: .read, summary: "") { request in
            APIResponse(.ok, body: ByteBuffer(string: answers(request)))
        }
    }

    private static func query(_ request: APIRequest, _ name: String) -> String {
        if case .text(let text)? = request.query[name] { text } else { "" }
    }

    @Test func `Top movers and movements are what the API answers, as api.md has them`() async throws {
        let movers = Self.route(.api("/reports/top-movers")) { request in
            let asked = "\(Self.query(request, "days"))/\(Self.query(request, "limit"))"
            return #"{"items": [{"sku": "A/B", "name": "\#(asked)", "transaction_count": 7, "units_out": 1200}]}"#
        }
        let movements = Self.route(.api("/reports/movements")) { request in
            let asked = Self.query(request, "days") + Self.query(request, "bucket")
            #expect(asked == "30day")
            return """
                {"items": [
                    {"bucket_start": "2026-11-21T00:00:00.000Z", "units_in": 0, "units_out": 0, "units_adjusted": 0},
                    {"bucket_start": "2026-11-22T00:00:00.000Z", "units_in": 50, "units_out": 1200, "units_adjusted": -3}
                ]}
                """
        }
        let figures = ReportFigures(routes: [movers, movements])
        let mover = try #require(try await figures.topMovers(days: 7, limit: 10)?.first)
        #expect(mover.sku == "A/B" && mover.name == "7/10" && mover.count == 7 && mover.unitsOut == 1_200)
        let days = try #require(try await figures.movements(days: 30))
        let chart = try #require(MovementValues.chart(days))
        let rows = try #require(chart["rows"] as? [[String: String]])
        #expect(rows.map { $0["day"] } == ["22 Nov", "21 Nov"] && rows[0]["adjusted"] == "−3")
        #expect(chart["first"] as? String == "21 Nov" && chart["labels"] as? [String] == ["50", "1,200"])
        let svg = try #require(chart["svg"] as? String)
        #expect(svg.contains("50 units in and 1,200 out from 21 Nov to 22 Nov."))
        #expect(MovementValues.chart(Array(days.prefix(1))) == nil, "nothing has moved")
    }

    @Test func `A report that is not served is none, and one that fails is not taken for empty`() async throws {
        let none = ReportFigures(routes: [])
        #expect(try await none.topMovers(days: 7, limit: 10) == nil)
        #expect(try await none.movements(days: 30) == nil)
        let odd = ReportFigures(routes: [Self.route(.api("/reports/movements")) { _ in "[]" }])
        await #expect(throws: ServiceFailure.self) { try await odd.movements(days: 30) }
    }
}
