import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Low-stock alerts and purchase order suggestions.
struct AlertEndpoints: Sendable {
    let alerts: any AlertStore

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                .api("/alerts"),
                scope: .read,
                summary: "Lists low-stock alerts, newest first",
                description: .listAlerts,
                handler: listAlerts
            ),
            Endpoint(
                .post,
                .api("/alerts/{id}/acknowledge"),
                scope: .procurementWrite,
                summary: "Notes that somebody has seen an alert",
                description: .acknowledgeAlert,
                handler: acknowledge
            ),
            Endpoint(
                .get,
                .api("/purchase-order-suggestions"),
                scope: .read,
                summary: "Lists purchase order suggestions, newest first",
                description: .listSuggestions,
                handler: listSuggestions
            ),
            Endpoint(
                .post,
                .api("/purchase-order-suggestions/{id}/accept"),
                scope: .procurementWrite,
                summary: "Takes a suggestion up",
                description: .acceptSuggestion
            ) { try await decide($0, .accept) },
            Endpoint(
                .post,
                .api("/purchase-order-suggestions/{id}/dismiss"),
                scope: .procurementWrite,
                summary: "Turns a suggestion down",
                description: .dismissSuggestion
            ) { try await decide($0, .dismiss) },
        ]
    }

    @Sendable private func listAlerts(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let status = parameters.optional("status", .word() as FieldRule<AlertView.Status>)
        guard let page = try parameters.page() else { throw parameters.failure }
        return .page(try await alerts.alerts(status: status, page: page)) { $0.alert($1) }
    }

    @Sendable private func acknowledge(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        guard let id = parameters.path("id", .identifier() as FieldRule<AlertID>) else { throw parameters.failure }
        let answer = { @Sendable (alert: AlertView) -> APIResponse in .json { $0.alert(alert) } }
        return answer(
            try await alerts.acknowledge(id, actor: request.actor, once: request.once { answer($0) })
        )
    }

    @Sendable private func listSuggestions(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let status = parameters.optional("status", .word() as FieldRule<SuggestionView.Status>)
        guard let page = try parameters.page() else { throw parameters.failure }
        return .page(try await alerts.suggestions(status: status, page: page)) { $0.suggestion($1) }
    }

    private func decide(_ request: APIRequest, _ decision: SuggestionDecision) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        guard let id = parameters.path("id", .identifier() as FieldRule<SuggestionID>) else {
            throw parameters.failure
        }
        let answer = { @Sendable (suggestion: SuggestionView) -> APIResponse in .json { $0.suggestion(suggestion) } }
        return answer(
            try await alerts.decide(id, decision, actor: request.actor, once: request.once { answer($0) })
        )
    }
}
