-- The baseline of `bench-import`: imports the same table with one set-based script, including records and ledger rows.
-- The environment variable IMPORT_FILE names the CSV. UUIDs are random, since PostgreSQL 15 has no time-ordered ones.
BEGIN;
CREATE TEMP TABLE staged (sku text, warehouse_code text, quantity_on_hand bigint, reorder_point bigint,
    reorder_quantity bigint) ON COMMIT DROP;
\copy staged FROM PROGRAM 'cat "$IMPORT_FILE"' WITH (FORMAT csv, HEADER)
WITH made AS (
    INSERT INTO inventory (id, product_id, warehouse_id, quantity_on_hand, quantity_reserved, reorder_point,
        reorder_quantity, version, created_at, updated_at)
    SELECT gen_random_uuid(), p.id, w.id, s.quantity_on_hand, 0, s.reorder_point, s.reorder_quantity,
        1, now(), now()
    FROM staged s JOIN products p ON p.sku = s.sku JOIN warehouses w ON w.code = s.warehouse_code
    RETURNING id, quantity_on_hand
)
INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after, reserved_change,
    reserved_after, reason, actor, created_at)
SELECT id, 1, gen_random_uuid(), 'receive', quantity_on_hand, quantity_on_hand, 0, 0, 'import', 'psql', now() FROM made;
COMMIT;
