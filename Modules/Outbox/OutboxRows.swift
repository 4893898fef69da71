import Domain
import PostgresClient
import PostgresRows
import UseCases

/// The SQL of the outbox. Each statement is its own transaction, except `gather`, which shares one with `lockGathering`.
enum OutboxRow {
    /// Serializes the mailers' gatherings, so that each sees which audiences the previous one wrote to. The number is
    /// arbitrary.
    static let lockGathering = PostgresStatement("SELECT pg_advisory_xact_lock(7061636)")

    /// The recipients of each warehouse's alerts: its own, else `$1`. They are sorted by bytes, so that the same
    /// addresses are the same audience in every database locale.
    private static let audiences = """
        SELECT w.id AS warehouse_id, coalesce(own.recipients, $1::text[]) AS recipients,
            md5(coalesce(own.recipients, $1::text[])::text) AS audience
        FROM warehouses w CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT address COLLATE "C" ORDER BY address COLLATE "C") AS recipients
            FROM unnest(w.alert_recipients) AS address WHERE address IS NOT NULL
        ) own
        """

    /// Whether the audience has a queued digest that no recipient has received: new alerts wait for it, so that an hour
    /// without a mail server ends in one more email and not in hundreds. A digest that fails while the server works
    /// holds others back for ten minutes at most.
    private static let isHeldBack = """
        EXISTS (
            SELECT FROM outbound_emails e
            WHERE e.status = 'queued' AND e.audience = a.audience AND e.delivered = '{}'
                AND (e.waits_for_server OR e.created_at > clock_timestamp() - interval '10 minutes'))
        """

    /// When the audience's window ends; NULL if the audience has no email yet. `$2` is the window in milliseconds. Emails
    /// from the future do not count: the clock was put back after them.
    private static let windowEnd = """
        (
            SELECT max(e.created_at) + $2::bigint * interval '1 millisecond' FROM outbound_emails e
            WHERE e.audience = a.audience AND e.created_at <= clock_timestamp()
        )
        """

    /// `$1` the default recipients; `$2` the window in milliseconds; `$3` the domain; `$4` the most alerts in one
    /// gathering; `$5` the most alerts in one email. It selects the audiences that may get an email before it limits the
    /// alerts, so that no alert waits behind alerts that are held back.
    static let gather = PostgresStatement(
        """
        WITH ready AS MATERIALIZED (
            SELECT a.* FROM (\(audiences)) a
            WHERE cardinality(a.recipients) > 0 AND coalesce(\(windowEnd) <= clock_timestamp(), true)
                AND NOT \(isHeldBack)
        ), lines AS MATERIALIZED (
            SELECT alert_id, recipients,
                (row_number() OVER (PARTITION BY recipients ORDER BY alert_id) - 1) / $5::bigint AS part
            FROM (
                SELECT d.alert_id, r.recipients
                FROM alert_deliveries d
                JOIN low_stock_alerts l ON l.id = d.alert_id
                JOIN inventory i ON i.id = l.inventory_id
                JOIN ready r ON r.warehouse_id = i.warehouse_id
                WHERE d.email_id IS NULL ORDER BY d.alert_id LIMIT $4
            ) waiting
        ), emails AS MATERIALIZED (
            SELECT gen_random_uuid() AS id, recipients, part FROM lines GROUP BY recipients, part
        ), made AS (
            INSERT INTO outbound_emails (id, message_id, recipients, audience, next_attempt_at, created_at)
            SELECT id, '<' || id || '@' || $3::text || '>', recipients, md5(recipients::text),
                date_trunc('milliseconds', clock_timestamp()), date_trunc('milliseconds', clock_timestamp())
            FROM emails
        ), gathered AS (
            UPDATE alert_deliveries d SET email_id = e.id
            FROM lines l JOIN emails e USING (recipients, part)
            WHERE d.alert_id = l.alert_id
        )
        SELECT count(*) FROM emails
        """)

    /// `$1` the token; `$2` the lease in milliseconds.
    static let claim = PostgresStatement(
        """
        UPDATE outbound_emails SET lease = $1, leased_until = now() + $2::bigint * interval '1 millisecond'
        WHERE id = (
            SELECT id FROM outbound_emails
            WHERE status = 'queued' AND next_attempt_at <= now() AND (leased_until IS NULL OR leased_until <= now())
            ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, message_id, recipients, delivered, refused, attempts, created_at
        """)

    static let lines = PostgresStatement(
        """
        SELECT a.id, p.sku, p.name, w.name, w.code, a.quantity_available, a.reorder_point, coalesce(s.quantity, 0),
            (coalesce(s.unit_price, p.base_price) * 100)::bigint, a.created_at, a.resolved_at
        FROM alert_deliveries d
        JOIN low_stock_alerts a ON a.id = d.alert_id
        LEFT JOIN purchase_order_suggestions s ON s.alert_id = a.id
        JOIN inventory i ON i.id = a.inventory_id
        JOIN products p ON p.id = i.product_id
        JOIN warehouses w ON w.id = i.warehouse_id
        WHERE d.email_id = $1 ORDER BY a.id
        """)

    static let renew = PostgresStatement(
        """
        UPDATE outbound_emails SET leased_until = now() + $3::bigint * interval '1 millisecond'
        WHERE id = $1 AND lease = $2 AND status = 'queued' RETURNING 1
        """)

    /// `$3` delivered, `$4` refused, `$5` the status, `$6` the pause in milliseconds, `$7` the error, `$8` whether it
    /// waits for the server. Any mailer may add deliveries and refusals, because they are facts. Only the holder of the
    /// claim changes the rest, and only once; a mailer that lost its claim can only mark an email as sent that all
    /// recipients have received.
    static let settle = PostgresStatement(
        """
        UPDATE outbound_emails e SET delivered = n.delivered, refused = n.refused, status = n.status,
            sent_at = CASE WHEN n.status = 'sent' THEN date_trunc('milliseconds', clock_timestamp()) END,
            attempts = attempts + n.step,
            last_error = CASE WHEN n.step = 1 THEN coalesce($7, last_error) ELSE last_error END,
            waits_for_server = CASE WHEN n.step = 1 THEN $8 ELSE waits_for_server END,
            next_attempt_at = CASE WHEN n.step = 1
                THEN date_trunc('milliseconds', clock_timestamp() + $6::bigint * interval '1 millisecond')
                ELSE next_attempt_at END,
            lease = CASE WHEN n.step = 1 THEN NULL ELSE lease END,
            leased_until = CASE WHEN n.step = 1 THEN NULL ELSE leased_until END
        FROM (
            SELECT id, delivered, refused, CASE WHEN lease = $2 THEN 1 ELSE 0 END AS step,
                CASE WHEN lease = $2 THEN $5 WHEN $5 = 'sent' AND delivered @> recipients THEN 'sent' ELSE status END
                    AS status
            FROM (
                SELECT id, lease, status, recipients,
                    delivered || ARRAY(SELECT unnest($3::text[]) EXCEPT SELECT unnest(delivered)) AS delivered,
                    refused || ARRAY(SELECT unnest($4::text[]) EXCEPT SELECT unnest(refused)) AS refused
                FROM outbound_emails WHERE id = $1 AND status <> 'sent' FOR UPDATE
            ) merged
        ) n
        WHERE e.id = n.id
        """)

    static let release = PostgresStatement(
        "UPDATE outbound_emails SET lease = NULL, leased_until = NULL WHERE id = $1 AND lease = $2")

    static let serverRecovered = PostgresStatement(
        """
        UPDATE outbound_emails SET next_attempt_at = now(), waits_for_server = false
        WHERE status = 'queued' AND waits_for_server AND next_attempt_at > now()
        """)

    /// `$1` the default recipients; `$2` the window in milliseconds.
    static let backlog = PostgresStatement(
        """
        WITH a AS MATERIALIZED (
            SELECT a.*, waiting.alerts
            FROM (
                SELECT i.warehouse_id, count(*) AS alerts
                FROM alert_deliveries d
                JOIN low_stock_alerts l ON l.id = d.alert_id
                JOIN inventory i ON i.id = l.inventory_id
                WHERE d.email_id IS NULL GROUP BY i.warehouse_id
            ) waiting JOIN (\(audiences)) a USING (warehouse_id)
        ), queued AS MATERIALIZED (
            SELECT count(*) AS emails, count(*) FILTER (WHERE waits_for_server) AS waiting,
                min(greatest(next_attempt_at, leased_until)) AS due
            FROM outbound_emails WHERE status = 'queued'
        )
        SELECT (SELECT coalesce(sum(alerts), 0)::bigint FROM a),
            (SELECT coalesce(sum(alerts), 0)::bigint FROM a WHERE cardinality(recipients) = 0),
            (SELECT emails FROM queued),
            (SELECT count(*) FROM outbound_emails WHERE status = 'failed'),
            (SELECT waiting FROM queued),
            (extract(epoch FROM least(
                (SELECT due FROM queued),
                (SELECT min(coalesce(\(windowEnd), clock_timestamp())) FROM a
                    WHERE cardinality(recipients) > 0 AND NOT \(isHeldBack))
            ) - clock_timestamp()) * 1000)::bigint
        """)

    static func line(_ row: inout PostgresRow) throws(PostgresError) -> AlertDigest.Line {
        AlertDigest.Line(
            alertID: try row.next(), sku: try row.nextSKU(), productName: try row.next(),
            warehouseName: try row.next(), warehouseCode: try row.nextWarehouseCode(),
            quantityAvailable: try row.next(), reorderPoint: try row.next(), suggestedQuantity: try row.next(),
            unitPrice: Money(hundredths: try row.next()), raisedAt: try row.next(), resolvedAt: try row.nextOptional())
    }
}
