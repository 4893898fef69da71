package import Domain
import PostgresClient
import PostgresRows
package import UseCases

/// A digest that has failed, as an operator sees it.
package struct FailedDigest: Hashable, Sendable {
    package let id: EmailID
    package let createdAt: Instant
    package let recipients: [String]
    /// The recipients that have not received it.
    package let missing: [String]
    package let alerts: Int64
    package let attempts: Int64
    /// The text of the last error.
    package let lastError: String?
}

/// An operator's commands for failed digests.
extension PostgresMailOutbox {
    /// The most failed digests that one listing shows.
    package static let failedLimit = 500

    private static let failed = PostgresStatement(
        """
        SELECT id, created_at, recipients, ARRAY(SELECT unnest(recipients) EXCEPT SELECT unnest(delivered)),
            (SELECT count(*) FROM alert_deliveries d WHERE d.email_id = e.id), attempts, last_error
        FROM outbound_emails e WHERE status = 'failed' ORDER BY created_at, id LIMIT $1
        """)
    /// `$1` the digests; `$2` the recipients that replace those that have not received them, empty to keep these; `$3`
    /// whether to requeue all failed digests instead of `$1`.
    private static let requeue = PostgresStatement(
        """
        UPDATE outbound_emails e SET status = 'queued', attempts = 0, refused = '{}', waits_for_server = false,
            next_attempt_at = now(), lease = NULL, leased_until = NULL, recipients = n.recipients,
            audience = md5(n.recipients::text)
        FROM (
            SELECT id, CASE WHEN cardinality($2::text[]) = 0 THEN recipients
                ELSE ARRAY(
                    SELECT DISTINCT address COLLATE "C" FROM unnest(delivered || $2::text[]) AS address ORDER BY 1) END
                AS recipients
            FROM outbound_emails WHERE status = 'failed' AND ($3::boolean OR id = ANY($1::uuid[]))
        ) n
        WHERE e.id = n.id RETURNING e.id
        """)
    private static let notify = PostgresStatement("SELECT pg_notify('\(alertChannel)', '')")

    /// The failed digests, oldest first, `failedLimit` at most.
    package func failedDigests() async throws(ServiceFailure) -> [FailedDigest] {
        let query = PostgresQuery(Self.failed) { $0.append(Int64(Self.failedLimit)) }
        return try await client.rows(query) { (row: inout PostgresRow) throws(PostgresError) in
            FailedDigest(
                id: try row.next(), createdAt: try row.next(), recipients: try row.next(), missing: try row.next(),
                alerts: try row.next(), attempts: try row.next(), lastError: try row.nextOptional())
        }
    }

    /// Requeues failed digests with no attempts counted, and notifies the mailers.
    /// - Parameters:
    ///   - ids: the digests; nil for all failed ones.
    ///   - recipients: replace the recipients that have not received a digest; empty to keep them.
    /// - Returns: the requeued digests; a digest that has not failed stays as it is.
    package func requeue(_ ids: [EmailID]?, to recipients: [String]) async throws(ServiceFailure) -> [EmailID] {
        let query = PostgresQuery(Self.requeue) { parameters in
            parameters.appendArray(ids ?? [])
            parameters.appendArray(recipients)
            parameters.append(ids == nil)
        }
        let requeued = try await client.rows(query) { (row: inout PostgresRow) throws(PostgresError) in
            try row.next(as: EmailID.self)
        }
        // If this notification is lost, the mailers find the digests at their next poll.
        _ = try? await client.query(PostgresQuery(Self.notify))
        return requeued
    }
}
