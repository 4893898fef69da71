-- Reports: sums that are kept up from the ledger, so that no report reads the ledger itself but for its newest rows.
-- docs/reports.md has the definitions and why no row is counted twice or left out.

-- What has been summed up: every ledger row that the snapshot `seen` saw, and of the rows without `written_in` those up
-- to a key. Sums are numeric: 64 bits are too few for the sum of some thousand of the largest quantities.
CREATE TABLE ledger_rollup (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    seen_xmin bigint NOT NULL,
    seen_xmax bigint NOT NULL,
    seen_xip bigint[] NOT NULL,
    backlog_done boolean NOT NULL,
    backlog_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    backlog_version bigint NOT NULL DEFAULT 0,
    -- Transaction ids mean nothing on another server than the one that gave them.
    system_identifier bigint NOT NULL,
    product_count bigint NOT NULL,
    record_count bigint NOT NULL,
    on_hand numeric NOT NULL DEFAULT 0,
    inventory_value numeric NOT NULL DEFAULT 0,
    pending bigint NOT NULL DEFAULT 0,
    pending_units numeric NOT NULL DEFAULT 0,
    rolled_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- The whole stock, by hours of UTC. Transfers are in neither: they move nothing in or out.
CREATE TABLE ledger_hours (
    hour timestamptz PRIMARY KEY,
    transactions bigint NOT NULL,
    received numeric NOT NULL,
    shipped numeric NOT NULL,
    confirmed numeric NOT NULL,
    adjusted numeric NOT NULL
) WITH (fillfactor = 50);

-- What went out by days of UTC, at the base prices of now.
CREATE TABLE ledger_days (
    day date PRIMARY KEY,
    value_out numeric NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE ledger_product_days (
    product_id uuid NOT NULL,
    day date NOT NULL,
    transactions integer NOT NULL,
    units_out numeric NOT NULL,
    on_hand_change numeric NOT NULL,
    PRIMARY KEY (product_id, day)
) WITH (fillfactor = 80);
CREATE INDEX ledger_product_days_by_day ON ledger_product_days USING brin (day) WITH (pages_per_range = 32);

-- What changed in the catalogue since, in rows of their own so that nobody waits for anybody; the roller takes them in.
CREATE TABLE price_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id uuid NOT NULL,
    change numeric NOT NULL
);
CREATE INDEX price_changes_by_product ON price_changes (product_id);
CREATE TABLE catalogue_growth (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    products bigint NOT NULL,
    records bigint NOT NULL
);

CREATE FUNCTION note_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO price_changes (product_id, change) VALUES (new.id, new.base_price - old.base_price);
    RETURN NULL;
END
$$;
CREATE TRIGGER products_price_change AFTER UPDATE OF base_price ON products FOR EACH ROW
    WHEN (new.base_price <> old.base_price) EXECUTE FUNCTION note_price_change();

CREATE FUNCTION note_growth() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    count bigint := (SELECT count(*) FROM made);
BEGIN
    IF count > 0 THEN
        INSERT INTO catalogue_growth (products, records)
        SELECT CASE TG_TABLE_NAME WHEN 'products' THEN count ELSE 0 END,
            CASE TG_TABLE_NAME WHEN 'inventory' THEN count ELSE 0 END;
    END IF;
    RETURN NULL;
END
$$;
-- Once a statement, and only where rows are made: no reservation, receipt or shipment of a known record is among them.
CREATE TRIGGER products_growth AFTER INSERT ON products REFERENCING NEW TABLE AS made FOR EACH STATEMENT
    EXECUTE FUNCTION note_growth();
CREATE TRIGGER inventory_growth AFTER INSERT ON inventory REFERENCING NEW TABLE AS made FOR EACH STATEMENT
    EXECUTE FUNCTION note_growth();

-- The ledger rows that are not summed up, by record and hour: those that the rolled snapshot did not see, as far as they
-- were written by transactions below `until_xmax` (null: all), and the backlog up to a key (null: all). Stable: it reads in its caller's snapshot, so a report that adds it to the sums sees every row exactly once.
-- The settings keep the planner from reading the whole ledger when its statistics know nothing of the newest rows.
CREATE FUNCTION ledger_tail(until_xmax bigint, until_id uuid, until_version bigint)
RETURNS TABLE (product_id uuid, hour timestamptz, transactions bigint, received numeric, shipped numeric,
    confirmed numeric, adjusted numeric, on_hand_change numeric, pending bigint, pending_units numeric)
LANGUAGE plpgsql STABLE ROWS 1000
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    rolled ledger_rollup;
BEGIN
    SELECT * INTO STRICT rolled FROM ledger_rollup;
    RETURN QUERY
    SELECT i.product_id, sums.hour, sums.transactions, sums.received, sums.shipped, sums.confirmed, sums.adjusted,
        sums.on_hand_change, sums.pending, sums.pending_units
    FROM (
        SELECT t.inventory_id, date_bin('1 hour', t.created_at, '2000-01-01 00:00Z') AS hour, count(*),
            coalesce(sum(t.quantity_change) FILTER (WHERE t.type = 'receive'), 0),
            coalesce(-sum(t.quantity_change) FILTER (WHERE t.type = 'ship'), 0),
            coalesce(-sum(t.quantity_change) FILTER (WHERE t.type = 'confirm'), 0),
            coalesce(sum(t.quantity_change) FILTER (WHERE t.type = 'adjust'), 0),
            sum(t.quantity_change),
            count(*) FILTER (WHERE t.type = 'reserve')
                - count(*) FILTER (WHERE t.type IN ('confirm', 'release', 'expire')),
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
CREATE FUNCTION ledger_edge(since timestamptz, midnight timestamptz, row_limit bigint)
RETURNS TABLE (product_id uuid, transactions bigint, units_out numeric)
LANGUAGE plpgsql STABLE ROWS 10000
SET jit = off SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    IF (SELECT coalesce(sum(h.transactions), 0) FROM ledger_hours h
        WHERE h.hour > since - interval '1 hour' AND h.hour < midnight) <= row_limit THEN
        RETURN QUERY
        SELECT i.product_id, sums.transactions, sums.units_out FROM (
            SELECT t.inventory_id, count(*),
                coalesce(-sum(t.quantity_change) FILTER (WHERE t.type IN ('ship', 'confirm')), 0)
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

-- Adds to the sums what the caller's snapshot sees and the rolled one did not: of so many transactions and so many rows
-- of the backlog at most. One at a time works; another one that comes meanwhile is told that there is nothing to do.
-- In REPEATABLE READ only, where all statements have one snapshot and a second worker on an old one fails.
CREATE FUNCTION roll_ledger(transaction_limit bigint, backlog_limit bigint)
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
    RETURN QUERY SELECT true, next_done AND next_xmax = pg_snapshot_xmax(visible)::text::bigint
        AND NOT EXISTS (SELECT FROM price_changes) AND NOT EXISTS (SELECT FROM catalogue_growth), rolled_count, next_done;
END
$$;

-- Begins anew: every row of the ledger is backlog then. For the first time, and after a logical restore, whose rows have
-- the transaction ids of another server. Takes the ledger for a moment; what it changes is the catalogue alone, no row.
CREATE FUNCTION restart_rollup() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- The roller's own table first, so that a roller at work is waited for before anything else is held.
    LOCK TABLE ledger_rollup, inventory_transactions, products, inventory IN ACCESS EXCLUSIVE MODE;
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
    TRUNCATE ledger_hours, ledger_days, ledger_product_days, price_changes, catalogue_growth;
    DELETE FROM ledger_rollup;
    INSERT INTO ledger_rollup (seen_xmin, seen_xmax, seen_xip, backlog_done, system_identifier, product_count, record_count)
    SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,
        ARRAY(SELECT x::text::bigint FROM pg_snapshot_xip(s) x), NOT EXISTS (SELECT FROM inventory_transactions),
        (SELECT system_identifier FROM pg_control_system()), (SELECT count(*) FROM products),
        (SELECT count(*) FROM inventory)
    FROM pg_current_snapshot() s;
END
$$;
SELECT restart_rollup();

-- The low records in the order of their list. A value only while a record is low: a reserve of any other record leaves
-- the column null and stays a HOT update; one of a low record writes its indexes anew (docs/architecture.md).
ALTER TABLE inventory ADD COLUMN low_available bigint GENERATED ALWAYS AS (
    CASE WHEN quantity_on_hand - quantity_reserved <= reorder_point THEN quantity_on_hand - quantity_reserved END) STORED;
CREATE INDEX inventory_low_stock_listed ON inventory (low_available, id) WHERE is_low_stock;
CREATE INDEX inventory_low_stock_by_warehouse ON inventory (warehouse_id, low_available, id) WHERE is_low_stock;
