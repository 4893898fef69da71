import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Receive, ship, adjust, transfer: one movement a request.
struct StockEndpoints: Sendable {
    let stock: StockService

    var endpoints: [Endpoint] {
        [
            endpoint(.receive, "Takes units into a warehouse"),
            endpoint(.ship, "Sends available units out"),
            endpoint(.adjust, "Corrects what is on hand, by a difference or by a count"),
            endpoint(.transfer, "Moves units from one warehouse to another, in one transaction"),
        ]
    }

    private func endpoint(_ kind: MovementKind, _ summary: String) -> Endpoint {
        Endpoint(
            .post,
            .api("/inventory/\(kind.rawValue)"),
            scope: .stockWrite,
            body: .json,
            summary: summary,
            description: .movement(kind),
            planner: { try plan(kind, $0).map(Endpoint.Plan.command) },
            handler: { try await move(kind, $0) })
    }

    private func movement(_ kind: MovementKind, _ request: APIRequest) throws -> MovementRequest {
        var fields = try request.fields()
        guard let movement = fields.movement(kind) else { throw fields.failure }
        return movement
    }

    private static func answer(_ outcome: MovementOutcome, of movement: MovementRequest) -> APIResponse {
        .json { $0.movement(outcome, of: movement) }
    }

    private func once(_ request: APIRequest, _ movement: MovementRequest) -> Once<Outcome>? {
        request.once { (outcome: Outcome) in
            if case .moved(let moved) = outcome { Self.answer(moved, of: movement) } else { nil }
        }
    }

    private func move(_ kind: MovementKind, _ request: APIRequest) async throws -> APIResponse {
        let movement = try movement(kind, request)
        do throws(ServiceFailure) {
            let outcome = try await stock.move(movement, actor: request.actor, once: once(request, movement))
            return Self.answer(outcome, of: movement)
        } catch {
            throw Self.error(error, of: movement)
        }
    }

    private func plan(_ kind: MovementKind, _ request: APIRequest) throws -> CommandPlan? {
        let movement = try movement(kind, request)
        guard let command = stock.command(toMove: movement) else { return nil }
        let (actor, once) = (request.actor, once(request, movement))
        return CommandPlan(
            send: { stock.submit(command, actor: actor, once: once, to: $0, number: $1) },
            answer: { outcome in
                switch outcome {
                case .success(.moved(let moved)): return Self.answer(moved, of: movement)
                case .success:
                    throw ServiceFailure.internalFault(cause: "a movement was answered by something else")
                case .failure(let failure): throw Self.error(failure, of: movement)
                }
            })
    }

    private static func error(_ failure: ServiceFailure, of movement: MovementRequest) -> any Error {
        if case .replayed = failure { return failure }
        return Problem(failure, quantityField: movement.quantityField)
    }
}
