import Domain
import PostgresClient
import UseCases

/// The outbox in SQL. Every statement is a transaction of its own but `gather`, which comes behind `lockGathering`.
enum OutboxRow {
    /// Mailers gather one after the other: each sees when the one before wrote to whom. A number of our own choosing.
    static let lockGathering = PostgresStatement("SELECT pg_advisory_xact_lock(7061636)")

    /// Whether some recipients have a digest under way that nobody has got yet: what is raised meanwhile waits for it, so
    /// that an hour without a mail server ends in one more email and not in hundreds. A digest that the server itself
    /// keeps turning away holds others back for ten minutes at most.
    private static let isHeldBack = """
        EXISTS (
            SELECT FROM outbound_emails e
            WHERE e.status = 'queued' AND e.audience = md5(waiting.recipients::text) AND e.delivered = '{}'
                AND (e.waits_for_server OR e.created_at > clock_timestamp() - interval '10 minutes'))
        """

    /// `$1` those who are told by default; `$2` the window in milliseconds; `$3` the domain; `$4` alerts in one gathering;
    /// `$5` alerts in one email.
    static let gather = PostgresStatement(
        """
        WITH waiting AS MATERIALIZED (
            SELECT d.alert_id, CASE WHEN cardinality(w.alert_recipients) > 0 THEN w.recipients ELSE $1::text[] END
                AS recipients
            FROM alert_deliveries d
            JOIN low_stock_alerts a ON a.id = d.alert_id
            JOIN inventory i ON i.id = a.inventory_id
            JOIN (
                SELECT id, alert_recipients,
                    (SELECT array_agg(DISTINCT address ORDER BY address) FROM unnest(alert_recipients) address)
                        AS recipients
                FROM warehouses
            ) w ON w.id = i.warehouse_id
            WHERE d.email_id IS NULL AND (cardinality(w.alert_recipients) > 0 OR cardinality($1::text[]) > 0)
            ORDER BY d.alert_id LIMIT $4
        ), audiences AS MATERIALIZED (
            SELECT recipients FROM waiting GROUP BY recipients
            HAVING NOT EXISTS (
                SELECT FROM outbound_emails e
                WHERE e.audience = md5(waiting.recipients::text)
                    AND e.created_at > clock_timestamp() - $2::bigint * interval '1 millisecond')
                AND NOT \(isHeldBack)
        ), lines AS MATERIALIZED (
            SELECT alert_id, recipients,
                (row_number() OVER (PARTITION BY recipients ORDER BY alert_id) - 1) / $5::bigint AS part
            FROM waiting JOIN audiences USING (recipients)
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

    /// Also by a mailer that has lost its claim meanwhile: who has the email is a fact. `$3` delivered, `$4` refused,
    /// `$5` the status, `$6` the pause in milliseconds, `$7` the error, `$8` whether it waits for the server.
    static let settle = PostgresStatement(
        """
        UPDATE outbound_emails SET
            delivered = delivered || ARRAY(SELECT unnest($3::text[]) EXCEPT SELECT unnest(delivered)),
            refused = refused || ARRAY(SELECT unnest($4::text[]) EXCEPT SELECT unnest(refused)),
            attempts = attempts + 1, status = $5, last_error = coalesce($7, last_error), waits_for_server = $8,
            next_attempt_at = date_trunc('milliseconds', clock_timestamp() + $6::bigint * interval '1 millisecond'),
            sent_at = CASE WHEN $5 = 'sent' THEN date_trunc('milliseconds', clock_timestamp()) END,
            lease = CASE WHEN lease = $2 THEN NULL ELSE lease END,
            leased_until = CASE WHEN lease = $2 THEN NULL ELSE leased_until END
        WHERE id = $1 AND status <> 'sent'
        """)

    static let giveBack = PostgresStatement(
        "UPDATE outbound_emails SET lease = NULL, leased_until = NULL WHERE id = $1 AND lease = $2")

    static let serverIsBack = PostgresStatement(
        """
        UPDATE outbound_emails SET next_attempt_at = now(), waits_for_server = false
        WHERE status = 'queued' AND waits_for_server AND next_attempt_at > now()
        """)

    /// `$1` those who are told by default; `$2` the window in milliseconds.
    static let backlog = PostgresStatement(
        """
        WITH waiting AS MATERIALIZED (
            SELECT CASE WHEN cardinality(w.alert_recipients) > 0
                THEN (SELECT array_agg(DISTINCT address ORDER BY address) FROM unnest(w.alert_recipients) address)
                ELSE $1::text[] END AS recipients, count(*) AS alerts
            FROM alert_deliveries d
            JOIN low_stock_alerts a ON a.id = d.alert_id
            JOIN inventory i ON i.id = a.inventory_id
            JOIN warehouses w ON w.id = i.warehouse_id
            WHERE d.email_id IS NULL GROUP BY w.id
        ), queued AS MATERIALIZED (
            SELECT count(*) AS emails, min(greatest(next_attempt_at, leased_until)) AS due
            FROM outbound_emails WHERE status = 'queued'
        )
        SELECT (SELECT coalesce(sum(alerts), 0)::bigint FROM waiting),
            (SELECT coalesce(sum(alerts), 0)::bigint FROM waiting WHERE cardinality(recipients) = 0),
            (SELECT emails FROM queued),
            (SELECT count(*) FROM outbound_emails WHERE status = 'failed'),
            (extract(epoch FROM least(
                (SELECT due FROM queued),
                (SELECT min(greatest(clock_timestamp(), (
                    SELECT max(e.created_at) + $2::bigint * interval '1 millisecond' FROM outbound_emails e
                    WHERE e.audience = md5(waiting.recipients::text)
                ))) FROM waiting WHERE cardinality(recipients) > 0 AND NOT \(isHeldBack))
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
