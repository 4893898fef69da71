package import Domain
import PostgresClient
import PostgresRows
package import UseCases

/// A digest that has failed, as an operator sees it.
package struct FailedDigest: Hashable, Sendable {
    package let id: EmailID
    package let createdAt: Instant
    package let recipients: [String]
    /// Those who do not have it.
    package let missing: [String]
    package let alerts: Int64
    package let attempts: Int64
    /// The mail server's words.
    package let lastError: String?
}

/// What an operator does with digests that have failed.
extension PostgresMailOutbox {
    /// How many failed digests one look shows.
    package static let failedLimit = 500

    private static let failed = PostgresStatement(
        """
        SELECT id, created_at, recipients, ARRAY(SELECT unnest(recipients) EXCEPT SELECT unnest(delivered)),
            (SELECT count(*) FROM alert_deliveries d WHERE d.email_id = e.id), attempts, last_error
        FROM outbound_emails e WHERE status = 'failed' ORDER BY created_at, id LIMIT $1
        """)
    /// `$1` the digests; `$2` who is to get them instead of those who did not, empty for the same; `$3` whether all
    /// failed digests are meant and not only those.
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

    /// The oldest first, `failedLimit` at most.
    package func failedDigests() async throws(ServiceFailure) -> [FailedDigest] {
        let query = PostgresQuery(Self.failed) { $0.append(Int64(Self.failedLimit)) }
        return try await client.rows(query) { (row: inout PostgresRow) throws(PostgresError) in
            FailedDigest(
                id: try row.next(), createdAt: try row.next(), recipients: try row.next(), missing: try row.next(),
                alerts: try row.next(), attempts: try row.next(), lastError: try row.nextOptional())
        }
    }

    /// Lets failed digests be tried again from the start, and calls the mailers.
    /// - Parameters:
    ///   - ids: which ones; nil for all.
    ///   - recipients: who is to get them instead of those who did not; empty for the same as before.
    /// - Returns: those that are queued again; one that is not failed is left alone.
    package func requeue(_ ids: [EmailID]?, to recipients: [String]) async throws(ServiceFailure) -> [EmailID] {
        let query = PostgresQuery(Self.requeue) { parameters in
            parameters.appendArray(ids ?? [])
            parameters.appendArray(recipients)
            parameters.append(ids == nil)
        }
        let requeued = try await client.rows(query) { (row: inout PostgresRow) throws(PostgresError) in
            try row.next(as: EmailID.self)
        }
        // The mailers' poll makes good what is lost here.
        _ = try? await client.query(PostgresQuery(Self.notify))
        return requeued
    }
}
