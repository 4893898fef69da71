-- For scripts/bench-sweep: 10,000 records with 10 overdue reservations each, spread over time, as checkouts leave them when
-- no sweeper runs; the data passes the audit. A tenth of the records is low because of its reservations and recovers with
-- their release.
\set ON_ERROR_STOP on
SELECT setseed(0.5);

-- A time-ordered UUID (version 7), as in the programs.
CREATE FUNCTION pg_temp.id_of(at timestamptz, n bigint) RETURNS uuid LANGUAGE sql AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n >> 14 & 4095), 3, '0')
        || lpad(to_hex(32768 | n & 16383), 4, '0') || substr(md5(random()::text), 1, 12))::uuid
$$;

INSERT INTO products (id, sku, name, name_folded, base_price, created_at, updated_at)
SELECT pg_temp.id_of(now(), n), 'B' || n, 'Bench ' || n, 'bench ' || n, 1.00, now(), now() FROM generate_series(1, 100) n;
INSERT INTO warehouses (id, code, name, created_at, updated_at)
SELECT pg_temp.id_of(now(), n), 'W' || n, 'Bench ' || n, now(), now() FROM generate_series(1, 100) n;

CREATE TEMP TABLE record AS
SELECT row_number() OVER (ORDER BY p.id, w.id) - 1 AS n, p.id AS product_id, w.id AS warehouse_id, NULL::uuid AS id
FROM products p CROSS JOIN warehouses w;
UPDATE record SET id = pg_temp.id_of(now() - interval '2 hours', n);

INSERT INTO inventory (id, product_id, warehouse_id, quantity_on_hand, quantity_reserved, reorder_point,
    reorder_quantity, version, created_at, updated_at)
SELECT id, product_id, warehouse_id, 1000000000, 10, CASE WHEN n % 10 = 0 THEN 999999995 ELSE 0 END, 1, 11,
    now() - interval '2 hours', now() - interval '1 hour'
FROM record ORDER BY id;

-- The k-th reservation of a record is in the k-th interval of five minutes: neighbours belong to different records.
CREATE TEMP TABLE held AS
SELECT k * 10000 + (r.n * 7919 + k * 31) % 10000 AS n, r.id AS inventory_id, k, NULL::timestamptz AS at
FROM record r CROSS JOIN generate_series(0, 9) k;
UPDATE held SET at = date_trunc('milliseconds', now()) - interval '90 minutes' + n * interval '30 milliseconds';
INSERT INTO reservations (id, order_id, inventory_id, quantity, expires_at, created_at)
SELECT pg_temp.id_of(at, n), gen_random_uuid(), inventory_id, 1, at + interval '10 minutes', at FROM held ORDER BY n;

INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after, reserved_change,
    reserved_after, actor, created_at)
SELECT id, 1, pg_temp.id_of(now() - interval '2 hours', n), 'receive', 1000000000, 1000000000, 0, 0, 'bench',
    now() - interval '2 hours'
FROM record ORDER BY id;
INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after, reserved_change,
    reserved_after, order_id, actor, created_at)
SELECT h.inventory_id, h.k + 2, pg_temp.id_of(h.at, h.n), 'reserve', 0, 1000000000, 1, h.k + 1, r.order_id, 'bench', h.at
FROM held h JOIN reservations r ON r.inventory_id = h.inventory_id AND r.created_at = h.at ORDER BY h.n;

INSERT INTO low_stock_alerts (id, inventory_id, quantity_available, reorder_point, created_at)
SELECT pg_temp.id_of(now() - interval '1 hour', n), id, 999999990, 999999995, now() - interval '1 hour'
FROM record WHERE n % 10 = 0;
INSERT INTO purchase_order_suggestions (id, alert_id, inventory_id, quantity, unit_price, quantity_available,
    reorder_point, created_at)
SELECT gen_random_uuid(), id, inventory_id, 1, 1.00, quantity_available, reorder_point, created_at
FROM low_stock_alerts;
