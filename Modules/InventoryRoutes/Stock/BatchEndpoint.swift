import Domain
import HTTPCore
import HTTPTypes
import JSON
import UseCases

/// Many movements in one transaction, all or nothing.
struct BatchEndpoint: Sendable {
    let stock: StockService

    var endpoint: Endpoint {
        Endpoint(
            .post,
            .api("/inventory/batch"),
            scope: .stockWrite,
            body: .json,
            summary: "Carries out up to 1,000 movements in one transaction, all or nothing",
            description: .batch
        ) { try await move($0) }
    }

    private func move(_ request: APIRequest) async throws -> APIResponse {
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
        do throws(ServiceFailure) {
            return answer(try await stock.moveAll(movements, actor: request.actor, once: once))
        } catch {
            if case .replayed = error { throw error }
            throw Problem(error, quantityField: Self.quantityField(of: error, in: movements))
        }
    }

    /// - Throws: what is wrong with any operation, and the `index` of the first that has a fault.
    private func movements(in request: APIRequest) throws -> [MovementRequest] {
        var fields = try request.fields()
        var firstFault: Int?
        let movements = fields.list("operations", count: MovementRequest.batchCount) { operation, index in
            let kind: MovementKind? = operation.required("type", .word())
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
