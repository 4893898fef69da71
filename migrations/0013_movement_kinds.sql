-- One list of the ledger's kinds, in place of lists in a CHECK and in the functions that sum the ledger up. A new kind is a
-- row here. Old servers go on working: every column and every function that they use stays. docs/reports.md has the
-- definitions.

-- Which sum of `ledger_hours` a kind's units belong to, and what a row of it does to the count of pending reservations.
-- Null: in none of the sums (transfers move nothing in or out; the others change no units on hand).
CREATE TABLE ledger_kinds (
    type text PRIMARY KEY,
    bucket text CHECK (bucket IN ('received', 'shipped', 'confirmed', 'adjusted')),
    pending_change smallint NOT NULL DEFAULT 0 CHECK (pending_change IN (-1, 0, 1))
);

-- The same as lists. The functions read them once and compare with constants, so that the plans over the ledger stay what
-- they were: a join would look a kind up for each ledger row.
CREATE VIEW ledger_kind_lists AS
SELECT coalesce(array_agg(type) FILTER (WHERE bucket = 'received'), '{}') AS received,
    coalesce(array_agg(type) FILTER (WHERE bucket = 'shipped'), '{}') AS shipped,
    coalesce(array_agg(type) FILTER (WHERE bucket = 'confirmed'), '{}') AS confirmed,
    coalesce(array_agg(type) FILTER (WHERE bucket = 'adjusted'), '{}') AS adjusted,
    coalesce(array_agg(type) FILTER (WHERE pending_change = 1), '{}') AS opening,
    coalesce(array_agg(type) FILTER (WHERE pending_change = -1), '{}') AS closing
FROM ledger_kinds;

-- No foreign key: each ledger row of each sale would look its kind up and lock that row, and rows locked by many
-- transactions at once are costly. A CHECK costs a comparison. It is made of the table, so that the two cannot differ, and
-- NOT VALID, so that the ledger is not read: it admits all that the one before it admitted.
CREATE FUNCTION restrict_ledger_kinds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'ALTER TABLE inventory_transactions DROP CONSTRAINT inventory_transactions_type_check,
            ADD CONSTRAINT inventory_transactions_type_check CHECK (type = ANY (%L::text[])) NOT VALID',
        (SELECT array_agg(type ORDER BY type) FROM ledger_kinds));
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_kinds_restrict AFTER INSERT ON ledger_kinds FOR EACH STATEMENT
    EXECUTE FUNCTION restrict_ledger_kinds();
-- The sums hold rows by the bucket that their kind had.
CREATE FUNCTION refuse_kind_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a kind of the ledger is never changed and never removed: the sums depend on it'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER ledger_kinds_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_kinds FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_kind_change();

-- No roller is at work from here on, and no report reads the sums.
LOCK TABLE ledger_rollup, ledger_hours IN ACCESS EXCLUSIVE MODE;
-- A pass with a snapshot from before would find no row in ledger_kinds, and count new units in no sum. A changed row makes
-- it fail with a serialization error; the roller then starts again.
UPDATE ledger_rollup SET rolled_at = rolled_at;

-- By how much on hand changed, by whatever kinds: no report has to know which of the sums add to it. Of the hours that are
-- summed up, the sums by kind say it. The two sides of a transfer cancel out, as they have one time and one transaction,
-- except while the backlog is read, which is in the order of records: those read so far are added.
ALTER TABLE ledger_hours ADD COLUMN on_hand_change numeric;
UPDATE ledger_hours SET on_hand_change = received - shipped - confirmed + adjusted;
UPDATE ledger_hours h SET on_hand_change = h.on_hand_change + t.change
FROM (
    SELECT date_bin('1 hour', b.created_at, '2000-01-01 00:00Z') AS hour, sum(b.quantity_change) AS change
    FROM ledger_rollup r JOIN inventory_transactions b
        ON b.written_in IS NULL AND b.type IN ('transfer_out', 'transfer_in')
        AND (b.inventory_id, b.version) <= (r.backlog_id, r.backlog_version)
    WHERE NOT r.backlog_done
    GROUP BY 1
) t
WHERE t.hour = h.hour AND t.change <> 0;
ALTER TABLE ledger_hours ALTER COLUMN on_hand_change SET NOT NULL;

-- The ledger rows that are not summed up, by record and hour: those that the rolled snapshot did not see, as far as they
-- were written by transactions below `until_xmax` (null: all), and the backlog up to a key (null: all).
-- Stable: it reads in its caller's snapshot, so a report that adds it to the sums sees every row exactly once.
-- The settings keep the planner from reading the whole ledger when its statistics know nothing of the newest rows.
CREATE OR REPLACE FUNCTION ledger_tail(until_xmax bigint, until_id uuid, until_version bigint)
RETURNS TABLE (product_id uuid, hour timestamptz, transactions bigint, received numeric, shipped numeric,
    confirmed numeric, adjusted numeric, on_hand_change numeric, pending bigint, pending_units numeric)
LANGUAGE plpgsql STABLE ROWS 1000
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    rolled ledger_rollup;
    kinds ledger_kind_lists;
BEGIN
    SELECT * INTO STRICT rolled FROM ledger_rollup;
    SELECT * INTO STRICT kinds FROM ledger_kind_lists;
    RETURN QUERY
    SELECT i.product_id, sums.hour, sums.transactions, sums.received, sums.shipped, sums.confirmed, sums.adjusted,
        sums.on_hand_change, sums.pending, sums.pending_units
    FROM (
        SELECT t.inventory_id, date_bin('1 hour', t.created_at, '2000-01-01 00:00Z') AS hour, count(*),
            coalesce(sum(t.quantity_change) FILTER (WHERE t.type = ANY (kinds.received)), 0),
            coalesce(-sum(t.quantity_change) FILTER (WHERE t.type = ANY (kinds.shipped)), 0),
            coalesce(-sum(t.quantity_change) FILTER (WHERE t.type = ANY (kinds.confirmed)), 0),
            coalesce(sum(t.quantity_change) FILTER (WHERE t.type = ANY (kinds.adjusted)), 0),
            sum(t.quantity_change),
            count(*) FILTER (WHERE t.type = ANY (kinds.opening))
                - count(*) FILTER (WHERE t.type = ANY (kinds.closing)),
            sum(t.reserved_change)
        FROM (
            SELECT n.inventory_id, n.created_at, n.type, n.quantity_change, n.reserved_change
            FROM inventory_transactions n
            WHERE n.written_in >= rolled.seen_xmin
                AND (n.written_in >= rolled.seen_xmax OR n.written_in = ANY (rolled.seen_xip))
                AND (until_xmax IS NULL OR n.written_in < until_xmax)
            UNION ALL
            SELECT b.inventory_id, b.created_at, b.type, b.quantity_change, b.reserved_change
            FROM inventory_transactions b
            WHERE NOT rolled.backlog_done AND b.written_in IS NULL
                AND (b.inventory_id, b.version) > (rolled.backlog_id, rolled.backlog_version)
                AND (until_id IS NULL OR (b.inventory_id, b.version) <= (until_id, until_version))
        ) t
        GROUP BY 1, 2
    ) sums (inventory_id, hour, transactions, received, shipped, confirmed, adjusted, on_hand_change, pending,
        pending_units)
    JOIN inventory i ON i.id = sums.inventory_id;
END
$$;

-- The part of the ledger between a moment and the next midnight of UTC, by product: row by row when the sums by hour say
-- that it has at most `row_limit` rows, else the whole day that the moment is in.
CREATE OR REPLACE FUNCTION ledger_edge(since timestamptz, midnight timestamptz, row_limit bigint)
RETURNS TABLE (product_id uuid, transactions bigint, units_out numeric)
LANGUAGE plpgsql STABLE ROWS 10000
SET jit = off SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    sold CONSTANT text[] := (SELECT shipped || confirmed FROM ledger_kind_lists);
BEGIN
    IF (SELECT coalesce(sum(h.transactions), 0) FROM ledger_hours h
        WHERE h.hour > since - interval '1 hour' AND h.hour < midnight) <= row_limit THEN
        RETURN QUERY
        SELECT i.product_id, sums.transactions, sums.units_out FROM (
            SELECT t.inventory_id, count(*),
                coalesce(-sum(t.quantity_change) FILTER (WHERE t.type = ANY (sold)), 0)
            FROM inventory_transactions t WHERE t.created_at >= since AND t.created_at < midnight
            GROUP BY t.inventory_id
        ) sums (inventory_id, transactions, units_out) JOIN inventory i ON i.id = sums.inventory_id;
    ELSE
        RETURN QUERY
        SELECT d.product_id, d.transactions::bigint, d.units_out FROM ledger_product_days d
        WHERE d.day = (since AT TIME ZONE 'UTC')::date
        UNION ALL
        SELECT t.product_id, t.transactions, t.shipped + t.confirmed FROM ledger_tail(NULL, NULL, NULL) t
        WHERE t.hour < midnight AND t.hour >= midnight - interval '24 hours';
    END IF;
END
$$;

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
    sold CONSTANT text[] := (SELECT shipped || confirmed FROM ledger_kind_lists);
    low timestamptz[];
    high timestamptz[];
BEGIN
    SELECT * INTO STRICT rolled FROM ledger_rollup;
    SELECT array_agg(least(w, s) ORDER BY n), array_agg(greatest(w, s) ORDER BY n)
    INTO low, high FROM unnest(was, since) WITH ORDINALITY u (w, s, n);
    RETURN QUERY
    WITH fresh AS (
        SELECT n.inventory_id, n.created_at,
            CASE WHEN n.type = ANY (sold) THEN -n.quantity_change ELSE 0 END AS units
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
            CASE WHEN t.type = ANY (sold) THEN -t.quantity_change ELSE 0 END AS units
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
            (hour, transactions, received, shipped, confirmed, adjusted, on_hand_change)
        SELECT t.hour, sum(t.transactions), sum(t.received), sum(t.shipped), sum(t.confirmed), sum(t.adjusted),
            sum(t.on_hand_change)
        FROM tail t GROUP BY t.hour
        ON CONFLICT (hour) DO UPDATE SET transactions = h.transactions + excluded.transactions,
            received = h.received + excluded.received, shipped = h.shipped + excluded.shipped,
            confirmed = h.confirmed + excluded.confirmed, adjusted = h.adjusted + excluded.adjusted,
            on_hand_change = h.on_hand_change + excluded.on_hand_change
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

-- Last, since it locks the ledger: for as long as it takes to change the catalogue.
INSERT INTO ledger_kinds (type, bucket, pending_change) VALUES
    ('receive', 'received', 0), ('return', 'received', 0), ('ship', 'shipped', 0), ('adjust', 'adjusted', 0),
    ('transfer_out', NULL, 0), ('transfer_in', NULL, 0), ('reserve', NULL, 1), ('confirm', 'confirmed', -1),
    ('release', NULL, -1), ('expire', NULL, -1), ('policy', NULL, 0);
