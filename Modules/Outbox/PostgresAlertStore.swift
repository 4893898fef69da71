package import Domain
package import PostgresClient
import PostgresRows
package import UseCases

/// Alerts and suggestions on PostgreSQL, newest first by their time-ordered ids.
package struct PostgresAlertStore: AlertStore {
    private let client: PostgresClient
    private let lookups: PostgresClient

    /// - Parameters:
    ///   - client: leases a connection for a decision.
    ///   - lookups: for the lists; its sessions have `KeySession`'s settings.
    package init(client: PostgresClient, lookups: PostgresClient) {
        self.client = client
        self.lookups = lookups
    }

    package func alerts(
        status: AlertView.Status?, page: PageRequest
    ) async throws(ServiceFailure) -> Page<AlertView> {
        let before: AlertID = try page.identifier(at: 0, of: 1, in: "alerts") ?? .last
        let rows = try await lookups.rows(
            PostgresQuery(status == nil ? AlertRow.all : AlertRow.byStatus) { parameters in
                parameters.append(before)
                parameters.append(Int64(page.limit + 1))
                if let status { parameters.append(status.rawValue) }
            }, AlertRow.alert)
        return Page(rows: rows, limit: page.limit) { Cursor(["alerts", $0.id.description]) }
    }

    package func acknowledge(
        _ id: AlertID, actor: String, once: Once<AlertView>?
    ) async throws(ServiceFailure) -> AlertView {
        try await client.once(once) { session throws(ServiceFailure) in
            try await write(
                PostgresQuery(AlertRow.acknowledge) { parameters in
                    parameters.append(id)
                    parameters.append(actor)
                }, on: session)
            let rows = try await session.rows(PostgresQuery(AlertRow.byID) { $0.append(id) }, AlertRow.alert)
            guard let alert = rows.first else { throw .notFound("Unknown alert: \(id)") }
            return alert
        }
    }

    package func suggestions(
        status: SuggestionView.Status?, page: PageRequest
    ) async throws(ServiceFailure) -> Page<SuggestionView> {
        let before: SuggestionID = try page.identifier(at: 0, of: 1, in: "suggestions") ?? .last
        let rows = try await lookups.rows(
            PostgresQuery(status == nil ? SuggestionRow.all : SuggestionRow.byStatus) { parameters in
                parameters.append(before)
                parameters.append(Int64(page.limit + 1))
                if let status { parameters.append(status.rawValue) }
            }, SuggestionRow.suggestion)
        return Page(rows: rows, limit: page.limit) { Cursor(["suggestions", $0.id.description]) }
    }

    package func decide(
        _ id: SuggestionID, _ decision: SuggestionDecision, actor: String, once: Once<SuggestionView>?
    ) async throws(ServiceFailure) -> SuggestionView {
        try await client.once(once) { session throws(ServiceFailure) in
            try await write(
                PostgresQuery(SuggestionRow.decide) { parameters in
                    parameters.append(id)
                    parameters.append(decision.status.rawValue)
                    parameters.append(actor)
                }, on: session)
            let rows = try await session.rows(
                PostgresQuery(SuggestionRow.byID) { $0.append(id) }, SuggestionRow.suggestion)
            guard let suggestion = rows.first else { throw .notFound("Unknown purchase order suggestion: \(id)") }
            guard suggestion.status == decision.status else {
                throw .alreadyDecided("The suggestion is already \(suggestion.status.rawValue).")
            }
            return suggestion
        }
    }

    /// Uses its own connection: a wait for a row that a frozen writer holds must not block the reads on a shared one.
    private func write(_ query: PostgresQuery, on session: any PostgresQuerying) async throws(ServiceFailure) {
        do {
            if session is PostgresClient {
                _ = try await client.withConnection { try await $0.run(query) }
            } else {
                _ = try await session.run(query)
            }
        } catch let error as PostgresError {
            throw ServiceFailure(error)
        } catch {
            // The task was cancelled while it waited for a connection.
            throw .unavailable(cause: "\(error)")
        }
    }
}

extension Identifier {
    /// Sorts after every other id.
    fileprivate static var last: Identifier { Identifier(high: .max, low: .max) }
}
