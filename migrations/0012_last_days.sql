-- The newest day of each product in a table of its own. Of a large catalogue each pass of the roller changes a row of
-- nearly every product that it meets; in the table of all days these were scattered over gigabytes, so that each was a
-- page read, and another one written to make room for it. docs/reports.md has the rest.
LOCK TABLE ledger_rollup, ledger_product_days IN ACCESS EXCLUSIVE MODE;
ALTER TABLE ledger_product_days RENAME TO ledger_product_earlier;
ALTER INDEX ledger_product_days_pkey RENAME TO ledger_product_earlier_pkey;
ALTER INDEX ledger_product_days_by_day RENAME TO ledger_product_earlier_by_day;

-- The last day on which a product moved. Changed in place: a row has room beside it, and no index is on what changes.
CREATE TABLE ledger_product_last (
    product_id uuid PRIMARY KEY,
    day date NOT NULL,
    transactions integer NOT NULL,
    units_out numeric NOT NULL,
    on_hand_change numeric NOT NULL
) WITH (fillfactor = 60);

-- All days of all products. A product's last day may be in two rows, when it was begun before there was the table above.
CREATE VIEW ledger_product_days AS
SELECT product_id, day, transactions, units_out, on_hand_change FROM ledger_product_earlier
UNION ALL SELECT product_id, day, transactions, units_out, on_hand_change FROM ledger_product_last;

-- By how much the windows' counts differ from those that begin at `since` (by slot; null: not asked for) and have the
-- rows of transactions below `until_xmax` too (null: all). Rows that are summed up are read between the two moments
-- alone.
CREATE OR REPLACE FUNCTION mover_changes(until_xmax bigint, since timestamptz[])
RETURNS TABLE (product_id uuid, transactions bigint[], units_out numeric[])
LANGUAGE plpgsql STABLE ROWS 1000
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    rolled ledger_rollup;
    was timestamptz[] := (SELECT array_agg(w.since ORDER BY w.slot) FROM mover_windows w);
    low timestamptz[];
    high timestamptz[];
BEGIN
    SELECT * INTO STRICT rolled FROM ledger_rollup;
    SELECT array_agg(least(w, s) ORDER BY n), array_agg(greatest(w, s) ORDER BY n)
    INTO low, high FROM unnest(was, since) WITH ORDINALITY u (w, s, n);
    RETURN QUERY
    WITH fresh AS (
        SELECT n.inventory_id, n.created_at,
            CASE WHEN n.type IN ('ship', 'confirm') THEN -n.quantity_change ELSE 0 END AS units
        FROM inventory_transactions n
        WHERE n.written_in >= rolled.seen_xmin
            AND (n.written_in >= rolled.seen_xmax OR n.written_in = ANY (rolled.seen_xip))
            AND (until_xmax IS NULL OR n.written_in < until_xmax)
    ), between_moments (slot, inventory_id, created_at, type, quantity_change, written_in) AS (
        -- One by one, at moments that the planner knows: as one join it may read the whole ledger for windows that have
        -- not moved at all.
        SELECT 1, b.inventory_id, b.created_at, b.type, b.quantity_change, b.written_in
        FROM inventory_transactions b WHERE b.created_at >= low[1] AND b.created_at < high[1] AND low[1] < high[1]
        UNION ALL SELECT 2, b.inventory_id, b.created_at, b.type, b.quantity_change, b.written_in
        FROM inventory_transactions b WHERE b.created_at >= low[2] AND b.created_at < high[2] AND low[2] < high[2]
        UNION ALL SELECT 3, b.inventory_id, b.created_at, b.type, b.quantity_change, b.written_in
        FROM inventory_transactions b WHERE b.created_at >= low[3] AND b.created_at < high[3] AND low[3] < high[3]
        UNION ALL SELECT 4, b.inventory_id, b.created_at, b.type, b.quantity_change, b.written_in
        FROM inventory_transactions b WHERE b.created_at >= low[4] AND b.created_at < high[4] AND low[4] < high[4]
        UNION ALL SELECT 5, b.inventory_id, b.created_at, b.type, b.quantity_change, b.written_in
        FROM inventory_transactions b WHERE b.created_at >= low[5] AND b.created_at < high[5] AND low[5] < high[5]
    ), moved AS (
        SELECT t.slot, t.inventory_id, CASE WHEN t.created_at < since[t.slot] THEN -1 ELSE 1 END AS rows,
            CASE WHEN t.type IN ('ship', 'confirm') THEN -t.quantity_change ELSE 0 END AS units
        FROM between_moments t
        -- What the stored snapshot saw. An expression, so that no index is searched by it: nearly all rows are so.
        WHERE coalesce(t.written_in, 0) < rolled.seen_xmax AND NOT coalesce(t.written_in, 0) = ANY (rolled.seen_xip)
    ), record AS (
        SELECT f.inventory_id, count(*) FILTER (WHERE f.created_at >= since[1]) AS r1,
            count(*) FILTER (WHERE f.created_at >= since[2]) AS r2,
            count(*) FILTER (WHERE f.created_at >= since[3]) AS r3,
            count(*) FILTER (WHERE f.created_at >= since[4]) AS r4,
            count(*) FILTER (WHERE f.created_at >= since[5]) AS r5,
            sum(f.units) FILTER (WHERE f.created_at >= since[1]) AS u1,
            sum(f.units) FILTER (WHERE f.created_at >= since[2]) AS u2,
            sum(f.units) FILTER (WHERE f.created_at >= since[3]) AS u3,
            sum(f.units) FILTER (WHERE f.created_at >= since[4]) AS u4,
            sum(f.units) FILTER (WHERE f.created_at >= since[5]) AS u5
        FROM fresh f GROUP BY f.inventory_id
        UNION ALL
        SELECT m.inventory_id, sum(m.rows) FILTER (WHERE m.slot = 1), sum(m.rows) FILTER (WHERE m.slot = 2),
            sum(m.rows) FILTER (WHERE m.slot = 3), sum(m.rows) FILTER (WHERE m.slot = 4),
            sum(m.rows) FILTER (WHERE m.slot = 5), sum(m.rows * m.units) FILTER (WHERE m.slot = 1),
            sum(m.rows * m.units) FILTER (WHERE m.slot = 2), sum(m.rows * m.units) FILTER (WHERE m.slot = 3),
            sum(m.rows * m.units) FILTER (WHERE m.slot = 4), sum(m.rows * m.units) FILTER (WHERE m.slot = 5)
        FROM moved m GROUP BY m.inventory_id
    )
    SELECT i.product_id,
        ARRAY[coalesce(sum(r1), 0), coalesce(sum(r2), 0), coalesce(sum(r3), 0), coalesce(sum(r4), 0),
            coalesce(sum(r5), 0)]::bigint[],
        ARRAY[coalesce(sum(u1), 0), coalesce(sum(u2), 0), coalesce(sum(u3), 0), coalesce(sum(u4), 0),
            coalesce(sum(u5), 0)]
    FROM record r JOIN inventory i ON i.id = r.inventory_id GROUP BY i.product_id;
END
$$;

-- The roller's part for top movers, before `ledger_rollup` and the sums by day are changed: makes the counts from
-- those sums, piece by piece, then adds what is new and takes off what is too old. Of the latter there are `row_limit`
-- at most, but rows of one moment leave together. True when nothing is left to do.
CREATE OR REPLACE FUNCTION roll_movers(until_xmax bigint, row_limit bigint) RETURNS boolean
LANGUAGE plpgsql
SET jit = off SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    -- Products of one step of the beginning: each has some twenty rows of sums, which are read in order.
    build_limit CONSTANT bigint := greatest(row_limit * 2 / 5, 1);
    every_product CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    rolled ledger_rollup;
    built_to uuid;
    begins timestamptz[];
    is_done boolean := true;
    head record;
BEGIN
    SELECT * INTO STRICT rolled FROM ledger_rollup;
    -- While the backlog is read the sums by day grow; what is made of them later costs less.
    IF NOT rolled.backlog_done THEN
        RETURN false;
    END IF;
    built_to := rolled.movers_to;
    IF built_to IS NULL THEN
        built_to := '00000000-0000-0000-0000-000000000000';
        -- From midnight on, because there are sums by day of it.
        UPDATE mover_windows w SET since = date_trunc('day', now() - w.days * interval '24 hours', 'UTC');
    END IF;

    SELECT array_agg(w.since ORDER BY w.slot) INTO begins FROM mover_windows w;
    IF built_to < every_product THEN
        DECLARE
            next_to uuid := coalesce((
                SELECT d.product_id FROM (
                    SELECT DISTINCT product_id FROM ledger_product_days WHERE product_id > built_to
                ) d ORDER BY d.product_id OFFSET build_limit - 1 LIMIT 1), every_product);
            first date[] := (SELECT array_agg((s AT TIME ZONE 'UTC')::date ORDER BY n)
                FROM unnest(begins) WITH ORDINALITY u (s, n));
        BEGIN
            INSERT INTO product_movers (product_id, sku, transactions, units_out)
            SELECT d.product_id, p.sku,
                ARRAY[coalesce(sum(d.transactions) FILTER (WHERE d.day >= first[1]), 0),
                    coalesce(sum(d.transactions) FILTER (WHERE d.day >= first[2]), 0),
                    coalesce(sum(d.transactions) FILTER (WHERE d.day >= first[3]), 0),
                    coalesce(sum(d.transactions) FILTER (WHERE d.day >= first[4]), 0), sum(d.transactions)],
                ARRAY[coalesce(sum(d.units_out) FILTER (WHERE d.day >= first[1]), 0),
                    coalesce(sum(d.units_out) FILTER (WHERE d.day >= first[2]), 0),
                    coalesce(sum(d.units_out) FILTER (WHERE d.day >= first[3]), 0),
                    coalesce(sum(d.units_out) FILTER (WHERE d.day >= first[4]), 0), sum(d.units_out)]
            FROM ledger_product_days d JOIN products p ON p.id = d.product_id
            WHERE d.product_id > built_to AND d.product_id <= next_to AND d.day >= first[5]
            GROUP BY d.product_id, p.sku;
            built_to := next_to;
        END;
        is_done := false;
    ELSE
        -- As far as it goes by whole hours, or a part of one that has too many rows for that. Never back, and not for
        -- every few rows: a report reads what has not left, and products that are changed once cost half of those changed
        -- twice.
        SELECT bool_and(m.rests OR h.total <= row_limit), array_agg(CASE
                WHEN m.rests THEN m.since
                WHEN h.total <= row_limit THEN m.target
                ELSE least(m.target, greatest(h.whole, m.since + interval '1 hour' * row_limit / h.first))
            END ORDER BY m.slot)
        INTO is_done, begins
        FROM (
            SELECT slot, since, target, target - since < interval '30 seconds' AND 5000 > (
                SELECT coalesce(sum(transactions), 0) FROM ledger_hours
                WHERE hour > since - interval '1 hour' AND hour < target
            ) * extract(epoch FROM target - since) / 3600 AS rests
            FROM (
                SELECT slot, since, greatest(since, now() - days * interval '24 hours') AS target FROM mover_windows
            ) n
        ) m CROSS JOIN LATERAL (
            SELECT coalesce(max(c.total), 0) AS total, max(c.hour + interval '1 hour') FILTER (WHERE c.total <= row_limit)
                AS whole, greatest(min(c.total), 1) AS first
            FROM (
                SELECT hour, sum(transactions) OVER (ORDER BY hour) AS total FROM ledger_hours
                WHERE hour > m.since - interval '1 hour' AND hour < m.target
            ) c
        ) h;
    END IF;

    WITH changed AS MATERIALIZED (
        SELECT c.product_id, p.sku, c.transactions, c.units_out
        FROM mover_changes(until_xmax, begins) c JOIN products p ON p.id = c.product_id
        WHERE c.product_id <= built_to ORDER BY c.product_id
    ), counted AS (
        INSERT INTO product_movers AS m (product_id, sku, transactions, units_out)
        SELECT product_id, sku, transactions, units_out FROM changed
        ON CONFLICT (product_id) DO UPDATE SET
            transactions = ARRAY[m.transactions[1] + excluded.transactions[1],
                m.transactions[2] + excluded.transactions[2], m.transactions[3] + excluded.transactions[3],
                m.transactions[4] + excluded.transactions[4], m.transactions[5] + excluded.transactions[5]],
            units_out = ARRAY[m.units_out[1] + excluded.units_out[1], m.units_out[2] + excluded.units_out[2],
                m.units_out[3] + excluded.units_out[3], m.units_out[4] + excluded.units_out[4],
                m.units_out[5] + excluded.units_out[5]]
        RETURNING product_id, sku, transactions
    ), listed AS (
        INSERT INTO mover_heads (slot, product_id, sku, transactions)
        SELECT w.slot, c.product_id, c.sku, c.transactions[w.slot] FROM counted c CROSS JOIN mover_windows w
        WHERE c.transactions[w.slot] > w.floor_transactions
            OR c.transactions[w.slot] = w.floor_transactions AND c.transactions[w.slot] > 0 AND c.sku <= w.floor_sku
        ON CONFLICT (slot, product_id) DO UPDATE SET transactions = excluded.transactions
        WHERE mover_heads.transactions <> excluded.transactions
    )
    -- Of those on a list the ones that the same condition does not name any more.
    DELETE FROM mover_heads h USING counted c, mover_windows w
    WHERE c.product_id = h.product_id AND w.slot = h.slot AND w.floor_transactions IS NOT NULL
        AND NOT (c.transactions[w.slot] > w.floor_transactions
            OR c.transactions[w.slot] = w.floor_transactions AND c.transactions[w.slot] > 0 AND c.sku <= w.floor_sku);

    UPDATE mover_windows w SET since = n.moment FROM unnest(begins) WITH ORDINALITY n (moment, slot)
    WHERE w.slot = n.slot AND w.since <> n.moment;
    UPDATE ledger_rollup SET movers_to = built_to WHERE movers_to IS DISTINCT FROM built_to;
    IF built_to < every_product THEN
        RETURN false;
    END IF;

    -- One list in a pass: making one looks at every product, some tenths of a second for half a million.
    SELECT w.slot, w.floor_transactions IS NOT NULL AND n.length > w.head_size * 3 AS is_long, w.head_size AS size INTO head
    FROM mover_windows w
    CROSS JOIN LATERAL (SELECT count(*) AS length FROM mover_heads h WHERE h.slot = w.slot) n
    WHERE w.floor_transactions IS NULL OR n.length > w.head_size * 3
        OR n.length < w.head_size / 3 AND w.floor_transactions > 0
    ORDER BY w.slot LIMIT 1;
    IF FOUND THEN
        IF NOT head.is_long THEN
            DELETE FROM mover_heads WHERE slot = head.slot;
            INSERT INTO mover_heads (slot, product_id, sku, transactions)
            SELECT head.slot, product_id, sku, transactions[head.slot] FROM product_movers
            WHERE transactions[head.slot] > 0
            ORDER BY transactions[head.slot] DESC, sku LIMIT head.size;
        END IF;
        UPDATE mover_windows w SET floor_transactions = coalesce(f.transactions, 0), floor_sku = coalesce(f.sku, '')
        FROM (SELECT) one LEFT JOIN (
            SELECT transactions, sku FROM mover_heads WHERE slot = head.slot
            ORDER BY transactions DESC, sku OFFSET head.size - 1 LIMIT 1
        ) f ON true
        WHERE w.slot = head.slot;
        DELETE FROM mover_heads h USING mover_windows w
        WHERE h.slot = head.slot AND w.slot = h.slot
            AND (h.transactions < w.floor_transactions
                OR h.transactions = w.floor_transactions AND h.sku > w.floor_sku);
        is_done := false;
    END IF;
    RETURN is_done;
END
$$;

-- Adds to the sums what the caller's snapshot sees and the rolled one did not: of so many transactions and so many rows
-- of the backlog at most. One at a time works; another one that comes meanwhile is told that there is nothing to do.
-- In REPEATABLE READ only, where all statements have one snapshot and a second worker on an old one fails.
CREATE OR REPLACE FUNCTION roll_ledger(transaction_limit bigint, backlog_limit bigint)
RETURNS TABLE (is_mine boolean, is_complete boolean, rolled_rows bigint, backlog_is_done boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    rolled ledger_rollup;
    visible pg_snapshot;
    next_xmax bigint;
    next_xip bigint[];
    next_id uuid;
    next_version bigint;
    next_done boolean;
    repriced numeric;
    grown catalogue_growth;
    rolled_count bigint;
    movers_done boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'repeatable read' THEN
        RAISE EXCEPTION 'roll_ledger needs REPEATABLE READ';
    END IF;
    SELECT * INTO rolled FROM ledger_rollup FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN QUERY SELECT false, true, 0::bigint, true;
        RETURN;
    END IF;
    IF rolled.system_identifier <> (SELECT system_identifier FROM pg_control_system()) THEN
        PERFORM restart_rollup();
        RETURN QUERY SELECT true, false, 0::bigint, false;
        RETURN;
    END IF;

    -- Every transaction below next_xmax that is not in next_xip has ended, so this is a snapshot too.
    visible := pg_current_snapshot();
    next_xmax := least(pg_snapshot_xmax(visible)::text::bigint, rolled.seen_xmax + transaction_limit);
    next_xip := ARRAY(SELECT x::text::bigint FROM pg_snapshot_xip(visible) x WHERE x::text::bigint < next_xmax);
    next_done := rolled.backlog_done;
    IF NOT next_done THEN
        SELECT b.inventory_id, b.version INTO next_id, next_version FROM inventory_transactions b
        WHERE b.written_in IS NULL AND (b.inventory_id, b.version) > (rolled.backlog_id, rolled.backlog_version)
        ORDER BY b.inventory_id, b.version OFFSET backlog_limit - 1 LIMIT 1;
        next_done := NOT FOUND;
    END IF;

    -- First the new prices of what has been summed up, then what is new at new prices.
    WITH due AS (
        DELETE FROM price_changes WHERE id IN (SELECT id FROM price_changes ORDER BY id LIMIT 10000)
        RETURNING product_id, change
    ), changed AS (
        SELECT product_id, sum(change) AS change FROM due GROUP BY product_id
    ), by_day AS (
        SELECT d.day, sum(d.units_out * c.change) AS value_out, sum(d.on_hand_change * c.change) AS value
        FROM changed c JOIN ledger_product_days d USING (product_id) GROUP BY d.day
    ), days AS (
        UPDATE ledger_days d SET value_out = d.value_out + n.value_out FROM by_day n WHERE d.day = n.day
    )
    SELECT sum(value) INTO repriced FROM by_day;
    WITH due AS (
        DELETE FROM catalogue_growth WHERE id IN (SELECT id FROM catalogue_growth ORDER BY id LIMIT 10000)
        RETURNING products, records
    )
    SELECT sum(products), sum(records) INTO grown.products, grown.records FROM due;

    -- Before the snapshot and the sums by day change: it needs both as they were.
    movers_done := roll_movers(next_xmax, backlog_limit);

    WITH tail AS MATERIALIZED (
        SELECT * FROM ledger_tail(next_xmax, next_id, next_version)
    ), by_product AS (
        SELECT t.product_id, (t.hour AT TIME ZONE 'UTC')::date AS day, sum(t.transactions)::integer AS transactions,
            sum(t.shipped + t.confirmed) AS units_out, sum(t.on_hand_change) AS on_hand_change
        FROM tail t GROUP BY 1, 2
    ), priced AS (
        -- Changes that are not due yet are not in the sums either. Most rows hold units or give them back, and have no
        -- value.
        SELECT n.day, n.units_out, n.on_hand_change, p.base_price
            - coalesce((SELECT sum(c.change) FROM price_changes c WHERE c.product_id = n.product_id), 0) AS price
        FROM by_product n JOIN products p ON p.id = n.product_id
        WHERE n.units_out <> 0 OR n.on_hand_change <> 0
    ), dated AS MATERIALIZED (
        -- The newest day of each product: of these rows, or the one that it has.
        SELECT n.*, l.day AS last_day, greatest(max(n.day) OVER (PARTITION BY n.product_id), l.day) AS newest,
            l.transactions AS last_transactions, l.units_out AS last_units_out, l.on_hand_change AS last_on_hand_change
        FROM by_product n LEFT JOIN ledger_product_last l USING (product_id)
    ), last AS (
        INSERT INTO ledger_product_last AS l
        SELECT n.product_id, n.day, n.transactions, n.units_out, n.on_hand_change FROM dated n WHERE n.day = n.newest
        ORDER BY n.product_id
        ON CONFLICT (product_id) DO UPDATE SET day = excluded.day,
            transactions = excluded.transactions + CASE WHEN l.day = excluded.day THEN l.transactions ELSE 0 END,
            units_out = excluded.units_out + CASE WHEN l.day = excluded.day THEN l.units_out ELSE 0 END,
            on_hand_change = excluded.on_hand_change + CASE WHEN l.day = excluded.day THEN l.on_hand_change ELSE 0 END
    ), earlier AS (
        INSERT INTO ledger_product_earlier AS e
        SELECT product_id, day, sum(transactions)::integer, sum(units_out), sum(on_hand_change) FROM (
            SELECT n.product_id, n.day, n.transactions, n.units_out, n.on_hand_change FROM dated n
            WHERE n.day < n.newest
            UNION ALL
            SELECT n.product_id, n.last_day, n.last_transactions, n.last_units_out, n.last_on_hand_change FROM dated n
            WHERE n.last_day < n.newest AND n.day = n.newest
        ) n
        GROUP BY product_id, day ORDER BY product_id, day
        ON CONFLICT (product_id, day) DO UPDATE SET transactions = e.transactions + excluded.transactions,
            units_out = e.units_out + excluded.units_out,
            on_hand_change = e.on_hand_change + excluded.on_hand_change
    ), days AS (
        INSERT INTO ledger_days AS d SELECT n.day, sum(n.units_out * n.price) FROM priced n GROUP BY n.day
        ON CONFLICT (day) DO UPDATE SET value_out = d.value_out + excluded.value_out
    ), hours AS (
        INSERT INTO ledger_hours AS h
        SELECT t.hour, sum(t.transactions), sum(t.received), sum(t.shipped), sum(t.confirmed), sum(t.adjusted)
        FROM tail t GROUP BY t.hour
        ON CONFLICT (hour) DO UPDATE SET transactions = h.transactions + excluded.transactions,
            received = h.received + excluded.received, shipped = h.shipped + excluded.shipped,
            confirmed = h.confirmed + excluded.confirmed, adjusted = h.adjusted + excluded.adjusted
    ), whole AS (
        SELECT coalesce(sum(t.transactions), 0)::bigint AS transactions, coalesce(sum(t.on_hand_change), 0) AS on_hand,
            coalesce(sum(t.pending), 0)::bigint AS pending, coalesce(sum(t.pending_units), 0) AS pending_units
        FROM tail t
    ), stored AS (
        UPDATE ledger_rollup r
        SET seen_xmin = coalesce((SELECT min(x) FROM unnest(next_xip) x), next_xmax), seen_xmax = next_xmax,
            seen_xip = next_xip, backlog_done = next_done, backlog_id = coalesce(next_id, r.backlog_id),
            backlog_version = coalesce(next_version, r.backlog_version),
            product_count = r.product_count + coalesce(grown.products, 0),
            record_count = r.record_count + coalesce(grown.records, 0),
            on_hand = r.on_hand + w.on_hand,
            inventory_value = r.inventory_value + coalesce(repriced, 0)
                + coalesce((SELECT sum(n.on_hand_change * n.price) FROM priced n), 0),
            pending = r.pending + w.pending, pending_units = r.pending_units + w.pending_units, rolled_at = now()
        FROM whole w
    )
    SELECT w.transactions INTO rolled_count FROM whole w;
    RETURN QUERY SELECT true, next_done AND movers_done AND next_xmax = pg_snapshot_xmax(visible)::text::bigint
        AND NOT EXISTS (SELECT FROM price_changes) AND NOT EXISTS (SELECT FROM catalogue_growth), rolled_count, next_done;
END
$$;

-- Begins anew: every row of the ledger is backlog then. For the first time, and after a logical restore, whose rows
-- have
-- the transaction ids of another server. Takes the ledger for a moment; what it changes is the catalogue alone, no row.
CREATE OR REPLACE FUNCTION restart_rollup() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- First the one that every report names: a statement has its locks before its snapshot, so a report either ends
    -- before this goes on or sees what this leaves. The others in the order in which sales come to them.
    LOCK TABLE ledger_rollup, products, inventory, inventory_transactions, ledger_hours, ledger_days,
        ledger_product_earlier, ledger_product_last, price_changes, catalogue_growth, mover_windows, product_movers, mover_heads
        IN ACCESS EXCLUSIVE MODE;
    -- Which transaction wrote a row (its 64-bit id): by it the rows that a snapshot had not seen are found, in whatever
    -- order they were committed. Null: from before, to be summed up piece by piece.
    ALTER TABLE inventory_transactions DROP COLUMN IF EXISTS written_in;
    ALTER TABLE inventory_transactions ADD COLUMN written_in bigint;
    ALTER TABLE inventory_transactions ALTER COLUMN written_in SET DEFAULT txid_current();
    ALTER TABLE inventory_transactions ADD CONSTRAINT inventory_transactions_written_in
        CHECK (written_in IS NOT NULL) NOT VALID;
    -- BRIN has one entry for 128 pages: nearly free for the writers. By time for what lies between two sums.
    CREATE INDEX inventory_transactions_newest ON inventory_transactions USING brin (written_in, created_at)
        WITH (pages_per_range = 128, autosummarize = on);
    TRUNCATE ledger_hours, ledger_days, ledger_product_earlier, ledger_product_last, product_movers, mover_heads;
    UPDATE mover_windows SET floor_transactions = NULL;
    -- The roller calls this with a snapshot from before the locks. What was made since then is not in the counts
    -- below; its
    -- notes cannot be seen either, and stay.
    DELETE FROM price_changes;
    DELETE FROM catalogue_growth;
    DELETE FROM ledger_rollup;
    INSERT INTO ledger_rollup (seen_xmin, seen_xmax, seen_xip, backlog_done, system_identifier, product_count, record_count)
    SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,
        ARRAY(SELECT x::text::bigint FROM pg_snapshot_xip(s) x),
        current_setting('transaction_isolation') = 'read committed'
            AND NOT EXISTS (SELECT FROM inventory_transactions),
        (SELECT system_identifier FROM pg_control_system()), (SELECT count(*) FROM products),
        (SELECT count(*) FROM inventory)
    FROM pg_current_snapshot() s;
END
$$;
