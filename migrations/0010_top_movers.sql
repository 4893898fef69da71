-- Top movers of some windows, kept up with the sums, so that nobody groups a row for each product and day.
-- docs/reports.md has the reasons.

-- The windows, all of 24 hours a day. In the counts are those rows that the stored snapshot of `ledger_rollup` saw and
-- that
-- were written since a moment, which the roller moves on. A list of the first is kept: all products that are
-- at or before its floor in the order of the report (most rows first, then SKU). Zero: all that have rows. Null: there
-- is no list yet.
CREATE TABLE mover_windows (
    slot integer PRIMARY KEY CHECK (slot BETWEEN 1 AND 5),
    days integer NOT NULL UNIQUE,
    since timestamptz NOT NULL DEFAULT '-infinity',
    floor_transactions bigint,
    floor_sku text COLLATE "C" NOT NULL DEFAULT '',
    -- A list is made with so many, and anew when it has less than a third or more than three times as many. A report
    -- wants 500.
    head_size bigint NOT NULL DEFAULT 3000
) WITH (fillfactor = 50);
INSERT INTO mover_windows (slot, days) VALUES (1, 1), (2, 7), (3, 30), (4, 90), (5, 365);

-- A product's rows and units out in each of the windows, by slot. No index is on what changes, so each change is a HOT
-- update.
CREATE TABLE product_movers (
    product_id uuid PRIMARY KEY,
    sku text COLLATE "C" NOT NULL,
    transactions bigint[] NOT NULL,
    units_out numeric[] NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE mover_heads (
    slot integer NOT NULL,
    product_id uuid NOT NULL,
    sku text COLLATE "C" NOT NULL,
    transactions bigint NOT NULL,
    PRIMARY KEY (slot, product_id)
) WITH (fillfactor = 70);

-- How far `product_movers` has been made from the sums by day, in the order of product ids. Null: it is not begun.
ALTER TABLE ledger_rollup ADD COLUMN movers_to uuid;

-- By how much the windows' counts differ from those that begin at `since` (by slot; null: not asked for) and have the
-- rows of transactions below `until_xmax` too (null: all). Rows that are summed up are read between the two moments
-- alone.
CREATE FUNCTION mover_changes(until_xmax bigint, since timestamptz[])
RETURNS TABLE (product_id uuid, transactions bigint[], units_out numeric[])
LANGUAGE plpgsql STABLE ROWS 1000
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    rolled ledger_rollup;
    was timestamptz[] := (SELECT array_agg(w.since ORDER BY w.slot) FROM mover_windows w);
BEGIN
    SELECT * INTO STRICT rolled FROM ledger_rollup;
    RETURN QUERY
    WITH fresh AS (
        SELECT n.inventory_id, n.created_at,
            CASE WHEN n.type IN ('ship', 'confirm') THEN -n.quantity_change ELSE 0 END AS units
        FROM inventory_transactions n
        WHERE n.written_in >= rolled.seen_xmin
            AND (n.written_in >= rolled.seen_xmax OR n.written_in = ANY (rolled.seen_xip))
            AND (until_xmax IS NULL OR n.written_in < until_xmax)
    ), moved AS (
        SELECT s.slot, t.inventory_id, CASE WHEN t.created_at < since[s.slot] THEN -1 ELSE 1 END AS rows,
            CASE WHEN t.type IN ('ship', 'confirm') THEN -t.quantity_change ELSE 0 END AS units
        FROM generate_series(1, 5) s (slot)
        CROSS JOIN LATERAL (
            SELECT b.inventory_id, b.created_at, b.type, b.quantity_change FROM inventory_transactions b
            WHERE b.created_at >= least(was[s.slot], since[s.slot]) AND since[s.slot] IS NOT NULL
                AND b.created_at < greatest(was[s.slot], since[s.slot])
                AND (b.written_in IS NULL
                    OR b.written_in < rolled.seen_xmax AND NOT b.written_in = ANY (rolled.seen_xip))
        ) t
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
-- those sums,
-- piece by piece, then adds what is new and takes off what is too old. Of the latter there are `row_limit` at most,
-- but rows of
-- one moment leave together. True when nothing is left to do.
CREATE FUNCTION roll_movers(until_xmax bigint, row_limit bigint) RETURNS boolean
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
        -- every
        -- few rows: a report reads what has not left, and products that are changed once cost half of those changed
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
    ), placed AS MATERIALIZED (
        SELECT w.slot, c.product_id, c.sku, c.transactions[w.slot] AS transactions,
            c.transactions[w.slot] > w.floor_transactions
                OR c.transactions[w.slot] = w.floor_transactions AND c.transactions[w.slot] > 0
                    AND c.sku <= w.floor_sku AS is_listed
        FROM counted c CROSS JOIN mover_windows w WHERE w.floor_transactions IS NOT NULL
    ), listed AS (
        INSERT INTO mover_heads (slot, product_id, sku, transactions)
        SELECT slot, product_id, sku, transactions FROM placed WHERE is_listed
        ON CONFLICT (slot, product_id) DO UPDATE SET transactions = excluded.transactions
        WHERE mover_heads.transactions <> excluded.transactions
    )
    DELETE FROM mover_heads h USING placed p
    WHERE NOT p.is_listed AND h.slot = p.slot AND h.product_id = p.product_id;

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

-- The products with the most ledger rows of the last `window_days` x 24 hours: from the counts of that window, where
-- there are some,
-- and the rows that are not in them yet; else by grouping the sums by day, with the rows of the first day's rest
-- one by one where they are `edge_limit` at most.
CREATE FUNCTION top_movers(window_days bigint, row_limit bigint, edge_limit bigint)
RETURNS TABLE (product_id uuid, transactions bigint, units_out numeric)
LANGUAGE plpgsql STABLE ROWS 500
SET jit = off SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    since CONSTANT timestamptz := now() - window_days * interval '24 hours';
    midnight CONSTANT timestamptz := date_trunc('day', since, 'UTC') + interval '24 hours';
    kept mover_windows;
    asked timestamptz[] := array_fill(NULL::timestamptz, ARRAY[5]);
    of_list boolean;
    ids uuid[];
    counts bigint[];
    units numeric[];
    last_sku text;
BEGIN
    SELECT * INTO kept FROM mover_windows w WHERE w.days = window_days AND w.floor_transactions IS NOT NULL;
    IF FOUND THEN
        asked[kept.slot] := since;
        -- What is not on the list has no more rows than its floor, unless it has changed since then; if that does not
        -- settle it, all counts are looked through.
        FOREACH of_list IN ARRAY ARRAY[true, false] LOOP
            WITH changed AS MATERIALIZED (
                SELECT c.product_id, p.sku, c.transactions[kept.slot] + coalesce(m.transactions[kept.slot], 0) AS total,
                    c.units_out[kept.slot] + coalesce(m.units_out[kept.slot], 0) AS units
                FROM mover_changes(NULL, asked) c JOIN products p ON p.id = c.product_id
                LEFT JOIN product_movers m ON m.product_id = c.product_id
            ), best AS (
                SELECT product_id, sku, total, units FROM changed WHERE total > 0
                UNION ALL (
                    SELECT product_id, sku, transactions, NULL FROM mover_heads h
                    WHERE of_list AND h.slot = kept.slot AND product_id NOT IN (SELECT product_id FROM changed)
                    ORDER BY transactions DESC, sku LIMIT row_limit
                ) UNION ALL (
                    SELECT product_id, sku, transactions[kept.slot], units_out[kept.slot] FROM product_movers
                    WHERE NOT of_list AND transactions[kept.slot] > 0
                        AND product_id NOT IN (SELECT product_id FROM changed)
                    ORDER BY transactions[kept.slot] DESC, sku LIMIT row_limit
                ) ORDER BY 3 DESC, 2 LIMIT row_limit
            )
            SELECT array_agg(b.product_id ORDER BY b.total DESC, b.sku), array_agg(b.total ORDER BY b.total DESC, b.sku),
                array_agg(coalesce(b.units, m.units_out[kept.slot]) ORDER BY b.total DESC, b.sku),
                max(b.sku) FILTER (WHERE b.total = b.least)
            INTO ids, counts, units, last_sku
            FROM (SELECT *, min(total) OVER () AS least FROM best) b
            LEFT JOIN product_movers m ON m.product_id = b.product_id;
            EXIT WHEN kept.floor_transactions = 0
                OR cardinality(ids) >= row_limit AND (counts[row_limit] > kept.floor_transactions
                    OR counts[row_limit] = kept.floor_transactions AND last_sku <= kept.floor_sku COLLATE "C");
        END LOOP;
        RETURN QUERY SELECT * FROM unnest(ids, counts, units);
        RETURN;
    END IF;

    RETURN QUERY
    WITH rest AS MATERIALIZED (
        SELECT product_id, transactions, shipped + confirmed AS units_out FROM ledger_tail(NULL, NULL, NULL)
        WHERE hour >= midnight
        UNION ALL
        SELECT e.product_id, e.transactions, e.units_out FROM ledger_edge(since, midnight, edge_limit) e
    ), product AS MATERIALIZED (
        SELECT product_id, sum(transactions)::bigint AS transactions FROM (
            SELECT product_id, transactions FROM ledger_product_days
            WHERE day >= (midnight AT TIME ZONE 'UTC')::date
            UNION ALL SELECT product_id, transactions::integer FROM rest
        ) part GROUP BY product_id
    ), first AS (
        SELECT p.id, p.sku, m.transactions FROM product m JOIN products p ON p.id = m.product_id
        WHERE m.transactions
            >= coalesce((SELECT transactions FROM product ORDER BY transactions DESC OFFSET row_limit - 1 LIMIT 1), 0)
        ORDER BY m.transactions DESC, p.sku LIMIT row_limit
    )
    SELECT f.id, f.transactions, coalesce(r.units_out, 0) + coalesce((
        SELECT sum(d.units_out) FROM ledger_product_days d
        WHERE d.product_id = f.id AND d.day >= (midnight AT TIME ZONE 'UTC')::date), 0)
    FROM first f LEFT JOIN (
        SELECT product_id, sum(units_out) AS units_out FROM rest GROUP BY product_id
    ) r ON r.product_id = f.id;
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
        -- Changes that are not due yet are not in the sums either.
        SELECT n.*, p.base_price
            - coalesce((SELECT sum(c.change) FROM price_changes c WHERE c.product_id = n.product_id), 0) AS price
        FROM by_product n JOIN products p ON p.id = n.product_id
    ), product_days AS (
        INSERT INTO ledger_product_days AS d
        SELECT n.product_id, n.day, n.transactions, n.units_out, n.on_hand_change FROM by_product n
        ORDER BY n.product_id, n.day
        ON CONFLICT (product_id, day) DO UPDATE SET transactions = d.transactions + excluded.transactions,
            units_out = d.units_out + excluded.units_out,
            on_hand_change = d.on_hand_change + excluded.on_hand_change
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
        ledger_product_days, price_changes, catalogue_growth, mover_windows, product_movers, mover_heads
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
    TRUNCATE ledger_hours, ledger_days, ledger_product_days, product_movers, mover_heads;
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
