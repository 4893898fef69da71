import Domain
import HTTPCore
import HTTPTypes
import JSON
import UseCases

/// What of some SKUs can be sold, over all warehouses: a shop's question.
struct AvailabilityEndpoint: Sendable {
    /// api.md, *Stock*.
    static let allowedSKUs = 1...100

    let reader: StockReader

    var endpoint: Endpoint {
        Endpoint(
            .get,
            .api("/availability"),
            scope: .read,
            summary: "Shows what of up to 100 SKUs can be sold, in the order asked",
            description: .getAvailability,
            planner: plan,
            handler: show
        )
    }

    private static func skus(of request: APIRequest) throws -> [SKU] {
        var parameters = ParameterReader(request)
        let skus = parameters.repeated("sku", count: allowedSKUs, .sku)
        guard let skus = parameters.all(skus) else { throw parameters.failure }
        return skus
    }

    private static func answer(_ skus: [SKU], _ found: [(any AvailabilityLines)?]) -> APIResponse {
        // Four warehouses a product fit; more make it grow.
        .json(capacity: 64 + skus.count * 320) { writer in
            writer.object { writer in
                writer.member("items", zip(skus, found)) { $0.availability($1.0, $1.1) }
            }
        }
    }

    @Sendable private func show(_ request: APIRequest) async throws -> APIResponse {
        let skus = try Self.skus(of: request)
        return Self.answer(skus, try await reader.availability(skus))
    }

    @Sendable private func plan(_ request: APIRequest) throws -> Endpoint.Plan? {
        let skus = try Self.skus(of: request)
        guard let question = reader.question(skus), case .availability(let products) = question else { return nil }
        return .read(
            ReadPlan(question: question, reader: reader) { finding in
                let found = finding.availability
                let missing = zip(products, found).filter { $0.1 == nil }.map(\.0)
                if missing.isEmpty { return .answer(Self.answer(skus, found)) }
                return .load {
                    let loaded = try await reader.load(Array(Set(missing)))
                    return Self.answer(skus, zip(products, found).map { $0.1 ?? loaded[$0.0] })
                }
            })
    }
}
