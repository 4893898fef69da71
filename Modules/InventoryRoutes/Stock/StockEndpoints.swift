import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// One movement a request: an endpoint for each kind.
struct StockEndpoints: Sendable {
    let stock: StockService

    var endpoints: [Endpoint] { MovementKind.allCases.map(endpoint) }

    private func endpoint(_ kind: MovementKind) -> Endpoint {
        Endpoint(
            .post,
            .api("/inventory/\(kind.rawValue)"),
            scope: .stockWrite,
            body: .json,
            summary: kind.summary,
            description: .movement(kind),
            .command { try move(kind, $0) })
    }

    private func move(_ kind: MovementKind, _ request: APIRequest) throws -> CommandPlan {
        var fields = try request.fields()
        guard let movement = fields.movement(kind) else { throw fields.failure }
        let answer = { @Sendable (outcome: MovementOutcome) -> APIResponse in
            .json { $0.movement(outcome, of: movement) }
        }
        let once = request.once { (outcome: Outcome) in
            if case .moved(let moved) = outcome { answer(moved) } else { nil }
        }
        return CommandPlan(
            stock.move(movement, actor: request.actor, once: once), explain: { Self.error($0, of: movement) },
            render: answer)
    }

    private static func error(_ failure: ServiceFailure, of movement: MovementRequest) -> any Error {
        if case .replayed = failure { return failure }
        return Problem(failure, quantityField: movement.quantityField)
    }
}
