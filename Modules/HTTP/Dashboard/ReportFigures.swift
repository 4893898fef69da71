import Dashboard
import HTTPTypes
import NIOCore
import UseCases

/// The reports as this server's own API answers them, so that a page and a program are told the same. A report that the
/// API does not have is nil.
struct ReportFigures: Sendable {
    /// A product that moves.
    struct Mover: Sendable {
        let sku: String
        let name: String
        let count: Int64
        let unitsOut: Int64
    }

    /// What moved in a day.
    struct Movement: Sendable {
        let start: Moment
        let unitsIn: Int64
        let unitsOut: Int64
        let unitsAdjusted: Int64
    }

    private let movers: Endpoint?
    private let movements: Endpoint?

    /// - Parameter routes: the API's.
    init(routes: [Endpoint]) {
        func route(_ path: PathTemplate) -> Endpoint? { routes.first { $0.method == .get && $0.path == path } }
        movers = route(.api("/reports/top-movers"))
        movements = route(.api("/reports/movements"))
    }

    func topMovers(days: Int, limit: Int) async throws -> [Mover]? {
        try await items(of: movers, "days=\(days)&limit=\(limit)")?.map { item in
            Mover(
                sku: item.text("sku"), name: item.text("name"), count: item.integer("transaction_count"),
                unitsOut: item.integer("units_out"))
        }
    }

    func movements(days: Int) async throws -> [Movement]? {
        try await items(of: movements, "days=\(days)&bucket=day")?.map { item in
            Movement(
                start: Moment(item.text("bucket_start")), unitsIn: item.integer("units_in"),
                unitsOut: item.integer("units_out"), unitsAdjusted: item.integer("units_adjusted"))
        }
    }

    private func items(of endpoint: Endpoint?, _ query: Substring) async throws -> [JSONObject]? {
        guard let endpoint else { return nil }
        let request = APIRequest(
            method: .get, headers: [:], parameters: PathParameters(), query: QueryParameters(query), body: ByteBuffer(),
            actor: "", stream: nil, requestID: "", key: nil)
        let answer = try await endpoint.handler(request)
        guard let body = answer.body, case .object(let json) = try JSONReader.read(Array(body.readableBytesView)),
            case .array(let items)? = json["items"]
        else { throw ServiceFailure.internalFault(cause: "\(endpoint.path) has no items") }
        return items.compactMap { item in if case .object(let object) = item { object } else { nil } }
    }
}

extension JSONObject {
    fileprivate func text(_ name: String) -> String {
        if case .string(let text)? = self[name] { text } else { "" }
    }

    fileprivate func integer(_ name: String) -> Int64 {
        guard case .number(let number)? = self[name], case .integer(let value) = number.integer else { return 0 }
        return value
    }
}
