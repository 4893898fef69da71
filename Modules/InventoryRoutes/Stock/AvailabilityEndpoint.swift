import Domain
import HTTPCore
import HTTPTypes
import JSON
import UseCases

/// What can be sold of given SKUs over all warehouses, for shops.
struct AvailabilityEndpoint: Sendable {
    /// How many SKUs one request may name.
    static let allowedSKUs = 1...100

    let reader: StockReader

    var endpoint: Endpoint {
        Endpoint(
            .get,
            .api("/availability"),
            scope: .read,
            summary: "Shows what of up to 100 SKUs can be sold, in the order asked",
            description: .getAvailability,
            .read(show)
        )
    }

    private static func skus(of request: APIRequest) throws -> [SKU] {
        var parameters = ParameterReader(request)
        let skus = parameters.repeated("sku", count: allowedSKUs, .sku)
        guard let skus = parameters.all(skus) else { throw parameters.failure }
        return skus
    }

    private static func answer(_ skus: [SKU], _ found: [(any AvailabilityLines)?]) -> APIResponse {
        // Enough for four warehouses per product; the writer grows for more.
        .json(capacity: 64 + skus.count * 320) { writer in
            writer.object { writer in
                writer.member("items", zip(skus, found)) { $0.availability($1.0, $1.1) }
            }
        }
    }

    @Sendable private func show(_ request: APIRequest) throws -> ReadPlan {
        let skus = try Self.skus(of: request)
        return ReadPlan(reader.availability(skus)) { Self.answer(skus, $0) }
    }
}
