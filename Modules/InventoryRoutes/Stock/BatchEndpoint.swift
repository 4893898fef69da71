import Domain
import HTTPCore
import HTTPTypes
import JSON
import UseCases

/// Many movements in one transaction, all or nothing.
struct BatchEndpoint: Sendable {
    static let operations = BodyObjects(
        "operations", count: MovementRequest.batchCount,
        of: .oneOf(MovementKind.allCases.flatMap { kind in kind.forms.map { .reference($0.operation(kind)) } }))

    let stock: StockService

    var endpoint: Endpoint {
        Endpoint(
            .post,
            .api("/inventory/batch"),
            scope: .stockWrite,
            body: .json,
            summary: "Carries out up to 1,000 movements in one transaction, all or nothing",
            description: .batch,
            .command(move)
        )
    }

    @Sendable private func move(_ request: APIRequest) throws -> CommandPlan {
        let movements = try movements(in: request)
        let answer = { @Sendable (outcomes: [MovementOutcome]) -> APIResponse in
            .json { writer in
                writer.object { writer in
                    writer.member("status", "success")
                    writer.member("results", zip(outcomes, movements)) { $0.movement($1.0, of: $1.1) }
                }
            }
        }
        let once = request.once { (outcome: Outcome) in
            if case .batch(let moved) = outcome { answer(moved) } else { nil }
        }
        return CommandPlan(
            stock.moveAll(movements, actor: request.actor, once: once),
            explain: { failure in
                if case .replayed = failure { return failure }
                return Problem(failure, quantityField: Self.quantityField(of: failure, in: movements))
            }, render: answer)
    }

    /// - Throws: what is wrong with any operation, and the `index` of the first that has a fault.
    private func movements(in request: APIRequest) throws -> [MovementRequest] {
        var fields = try request.fields()
        var firstFault: Int?
        let movements = fields.read(Self.operations) { operation, index in
            let kind = operation.read(MovementBody.type)
            let movement = kind.flatMap { operation.movement($0) }
            if movement == nil { firstFault = firstFault ?? index }
            return movement
        }
        if let movements = fields.all(movements) { return movements }
        let problem = Problem(fields.failure)
        throw firstFault.map(problem.at) ?? problem
    }

    private static func quantityField(of failure: ServiceFailure, in movements: [MovementRequest]) -> String {
        guard let index = failure.operationIndex, movements.indices.contains(index) else { return "operations" }
        return "operations[\(index)].\(movements[index].quantityField)"
    }
}
