import Domain
import HTTPTypes
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
            handler: show
        )
    }

    @Sendable private func show(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let skus = parameters.repeated("sku", count: Self.allowedSKUs, .sku)
        guard let skus = parameters.all(skus) else { throw parameters.failure }
        let availabilities = try await reader.availability(skus)
        return .json { writer in
            writer.object { writer in
                writer.member("items", zip(skus, availabilities)) { $0.availability($1.0, $1.1) }
            }
        }
    }
}
