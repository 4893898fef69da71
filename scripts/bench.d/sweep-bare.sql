-- The baseline of scripts/bench-sweep: the sweeper's work as one statement, without queue or cache. It releases overdue
-- reservations, lowers the records, writes a gapless ledger row for each, and resolves the alerts of records that recover.
WITH freed AS (
    UPDATE reservations SET status = 'released', release_reason = 'expired', resolved_at = now()
    WHERE status = 'pending' AND expires_at <= now()
    RETURNING id, order_id, inventory_id, quantity, expires_at
), total AS (
    SELECT inventory_id, sum(quantity)::bigint AS quantity, count(*) AS count FROM freed GROUP BY inventory_id
), lowered AS (
    UPDATE inventory i SET quantity_reserved = i.quantity_reserved - t.quantity, version = i.version + t.count,
        updated_at = now()
    FROM total t WHERE i.id = t.inventory_id
    RETURNING i.id, i.quantity_on_hand, i.quantity_reserved + t.quantity AS reserved_before, i.version - t.count AS version_before,
        i.quantity_on_hand - i.quantity_reserved - t.quantity <= i.reorder_point AND NOT i.is_low_stock AS is_recovered
), written AS (
    INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after, reserved_change,
        reserved_after, order_id, actor, created_at)
    SELECT f.inventory_id, l.version_before + row_number() OVER record, gen_random_uuid(), 'expire', 0, l.quantity_on_hand,
        -f.quantity, l.reserved_before - sum(f.quantity) OVER record, f.order_id, 'sweeper', now()
    FROM freed f JOIN lowered l ON l.id = f.inventory_id
    WINDOW record AS (PARTITION BY f.inventory_id ORDER BY f.expires_at, f.id)
), resolved AS (
    UPDATE low_stock_alerts SET status = 'resolved', resolved_at = now()
    WHERE status <> 'resolved' AND inventory_id IN (SELECT id FROM lowered WHERE is_recovered)
)
UPDATE purchase_order_suggestions SET status = 'withdrawn', decided_at = now()
WHERE status = 'open' AND inventory_id IN (SELECT id FROM lowered WHERE is_recovered);
