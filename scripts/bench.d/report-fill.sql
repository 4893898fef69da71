-- Fills :records records (a multiple of 20) with ten ledger rows each over the last thirty days; the data passes the audit.
-- A tenth of the records is low, a hundredth is out of stock, a twentieth has reserved units. One statement per table; the
-- ledger is written in the order of its times, as the programs would have written it.
\set ON_ERROR_STOP on
SET session_replication_role = replica; -- skips foreign key checks; this script is the only writer
SET work_mem = '256MB';
SET maintenance_work_mem = '256MB';
SET synchronous_commit = off;
SET max_parallel_maintenance_workers = 2;
SELECT setseed(0.5);

-- Indexes whose order differs from the order of filling are built at the end, which is several times as fast.
ALTER TABLE inventory_transactions DROP CONSTRAINT inventory_transactions_pkey;
ALTER TABLE inventory DROP CONSTRAINT inventory_product_warehouse;
DROP INDEX inventory_transactions_newest, inventory_by_warehouse, products_name_search, products_sku_search;

-- A time-ordered UUID (version 7), as in the programs.
CREATE FUNCTION pg_temp.id_of(at timestamptz, n bigint) RETURNS uuid LANGUAGE sql AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n >> 14 & 4095), 3, '0')
        || lpad(to_hex(32768 | n & 16383), 4, '0') || substr(md5(random()::text), 1, 12))::uuid
$$;

INSERT INTO warehouses (id, code, name, created_at, updated_at)
SELECT pg_temp.id_of(now() - interval '31 days', n), 'BW' || n, 'Bench ' || n, now(), now() FROM generate_series(0, 9) n;
INSERT INTO products (id, sku, name, name_folded, base_price, created_at, updated_at)
SELECT pg_temp.id_of(now() - interval '31 days', n), 'B' || lpad(n::text, 7, '0'), 'Bench ' || n, 'bench ' || n,
    1 + n % 5000 / 100.0, now(), now()
FROM generate_series(0, :records / 2 - 1) n;

-- Each product is in two warehouses. The figures of the n-th record depend only on n.
CREATE TEMP TABLE record AS
SELECT k * (:records / 2) + p.n AS n, pg_temp.id_of(now() - interval '31 days', k * (:records / 2) + p.n) AS id, p.id AS product_id, w.id AS warehouse_id
FROM (SELECT row_number() OVER (ORDER BY sku) - 1 AS n, id FROM products WHERE sku LIKE 'B%') p
CROSS JOIN generate_series(0, 1) k
JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS m, id FROM warehouses WHERE code LIKE 'BW%') w
    ON w.m = (p.n % 5) * 2 + k;

CREATE TEMP TABLE entry AS
SELECT r.id AS inventory_id, r.n, v.version, v.type, v.quantity_change, v.reserved_change,
    sum(v.quantity_change) OVER ledger AS quantity_after, sum(v.reserved_change) OVER ledger AS reserved_after,
    date_trunc('milliseconds', now() - interval '30 days' + (v.version - random()) * interval '3 days') AS created_at
FROM record r
CROSS JOIN LATERAL (VALUES
    (1, 'receive', 20 + n % 200, 0),
    (2, 'reserve', 0, 1 + n % 5),
    (3, 'confirm', -1 - n % 5, -1 - n % 5),
    (4, 'reserve', 0, 1 + n % 5),
    (5, 'release', 0, -1 - n % 5),
    (6, 'ship', -1, 0),
    (7, 'receive', 10, 0),
    (8, 'adjust', -2, 0),
    (9, CASE WHEN n % 100 = 0 THEN 'ship' ELSE 'reserve' END, CASE WHEN n % 100 = 0 THEN n % 5 - 26 - n % 200 ELSE 0 END,
        CASE WHEN n % 100 = 0 THEN 0 ELSE 2 END),
    (10, CASE WHEN n % 100 = 0 THEN 'policy' WHEN n % 20 = 7 THEN 'receive' WHEN n % 3 = 0 THEN 'confirm'
        WHEN n % 3 = 1 THEN 'release' ELSE 'expire' END,
        CASE WHEN n % 100 = 0 THEN 0 WHEN n % 20 = 7 THEN 1 WHEN n % 3 = 0 THEN -2 ELSE 0 END,
        CASE WHEN n % 100 = 0 OR n % 20 = 7 THEN 0 ELSE -2 END)
    ) v (version, type, quantity_change, reserved_change)
WINDOW ledger AS (PARTITION BY r.id ORDER BY v.version);

INSERT INTO inventory (id, product_id, warehouse_id, quantity_on_hand, quantity_reserved, reorder_point,
    reorder_quantity, version, created_at, updated_at)
SELECT r.id, r.product_id, r.warehouse_id, e.quantity_after, e.reserved_after, CASE WHEN r.n % 10 = 0 THEN 500 ELSE 0 END,
    50, 10, now() - interval '31 days', e.created_at
FROM record r JOIN entry e ON e.inventory_id = r.id AND e.version = 10 ORDER BY r.id;

INSERT INTO reservations (id, order_id, inventory_id, quantity, expires_at, created_at)
SELECT pg_temp.id_of(created_at, n), gen_random_uuid(), inventory_id, 2, now() + interval '1 day', created_at
FROM entry WHERE version = 9 AND n % 20 = 7 ORDER BY created_at;
-- All other reservations were resolved by the next ledger row.
INSERT INTO reservations (id, order_id, inventory_id, quantity, status, release_reason, expires_at, created_at, resolved_at)
SELECT pg_temp.id_of(r.created_at, r.n), gen_random_uuid(), r.inventory_id, r.reserved_change,
    CASE e.type WHEN 'confirm' THEN 'confirmed' ELSE 'released' END,
    CASE e.type WHEN 'release' THEN 'cancelled' WHEN 'expire' THEN 'expired' END,
    r.created_at + interval '3 days', r.created_at, e.created_at
FROM entry r JOIN entry e ON e.inventory_id = r.inventory_id AND e.version = r.version + 1
WHERE r.type = 'reserve' AND e.type IN ('confirm', 'release', 'expire') ORDER BY r.created_at;

INSERT INTO low_stock_alerts (id, inventory_id, quantity_available, reorder_point, created_at)
SELECT pg_temp.id_of(created_at, n), inventory_id, quantity_after - reserved_after, 500, created_at
FROM entry WHERE version = 1 AND n % 10 = 0;
INSERT INTO purchase_order_suggestions (id, alert_id, inventory_id, quantity, unit_price, quantity_available,
    reorder_point, created_at)
SELECT gen_random_uuid(), id, inventory_id, 500, 1.00, quantity_available, reorder_point, created_at FROM low_stock_alerts;

INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after, reserved_change,
    reserved_after, actor, created_at)
SELECT inventory_id, version, pg_temp.id_of(created_at, n), type, quantity_change, quantity_after, reserved_change,
    reserved_after, 'bench', created_at
FROM entry ORDER BY created_at, inventory_id;
DROP TABLE entry, record;

ALTER TABLE inventory_transactions ADD CONSTRAINT inventory_transactions_pkey PRIMARY KEY (inventory_id, version);
ALTER TABLE inventory ADD CONSTRAINT inventory_product_warehouse UNIQUE (product_id, warehouse_id);
CREATE INDEX inventory_by_warehouse ON inventory (warehouse_id, id);
CREATE INDEX products_sku_search ON products (lower(sku) text_pattern_ops);
CREATE INDEX products_name_search ON products USING gin (name_folded gin_trgm_ops);

-- One transaction wrote all rows, and the roller would process it in one pass. This makes them a backlog instead.
SELECT restart_rollup();
SELECT restart_stock_counts();
VACUUM ANALYZE;
