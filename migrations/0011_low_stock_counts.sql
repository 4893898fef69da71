-- How many records are low, how many out of stock, and how many alerts are open: kept, because a summary of a million
-- records would count a hundred thousand of each. docs/reports.md has the reasons.

CREATE TABLE stock_counts (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    low_stock bigint NOT NULL,
    out_of_stock bigint NOT NULL,
    open_alerts bigint NOT NULL
) WITH (fillfactor = 50);

-- What is not in the counts yet, in rows of their own so that no two sales wait for one another; the roller takes them
-- in.
CREATE TABLE stock_count_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    low_stock bigint NOT NULL,
    out_of_stock bigint NOT NULL,
    open_alerts bigint NOT NULL
);

-- Once a record that crosses a line; a sale that crosses none is only asked for the condition.
CREATE FUNCTION note_stock_crossing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock_count_changes (low_stock, out_of_stock, open_alerts)
    VALUES (new.is_low_stock::int - old.is_low_stock::int,
        (new.quantity_available = 0)::int - (old.quantity_available = 0)::int, 0);
    RETURN NULL;
END
$$;
CREATE TRIGGER inventory_crossing AFTER UPDATE ON inventory FOR EACH ROW
    WHEN (old.is_low_stock <> new.is_low_stock OR (old.quantity_available = 0) <> (new.quantity_available = 0))
    EXECUTE FUNCTION note_stock_crossing();

-- Once a statement: of records that are made, and of alerts that are opened, acknowledged or resolved.
CREATE FUNCTION note_made_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock_count_changes (low_stock, out_of_stock, open_alerts)
    SELECT low, empty, 0 FROM (
        SELECT count(*) FILTER (WHERE is_low_stock) AS low, count(*) FILTER (WHERE quantity_available = 0) AS empty
        FROM made
    ) n WHERE low > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER inventory_made AFTER INSERT ON inventory REFERENCING NEW TABLE AS made FOR EACH STATEMENT
    EXECUTE FUNCTION note_made_records();

CREATE FUNCTION note_made_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock_count_changes (low_stock, out_of_stock, open_alerts)
    SELECT 0, 0, alerts FROM (SELECT count(*) AS alerts FROM made WHERE status = 'open') n WHERE alerts > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER low_stock_alerts_made AFTER INSERT ON low_stock_alerts REFERENCING NEW TABLE AS made FOR EACH STATEMENT
    EXECUTE FUNCTION note_made_alerts();

CREATE FUNCTION note_changed_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock_count_changes (low_stock, out_of_stock, open_alerts)
    SELECT 0, 0, alerts FROM (
        SELECT (SELECT count(*) FROM now_so WHERE status = 'open') - (SELECT count(*) FROM once_so WHERE status = 'open')
            AS alerts
    ) n WHERE alerts <> 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER low_stock_alerts_changed AFTER UPDATE ON low_stock_alerts
    REFERENCING OLD TABLE AS once_so NEW TABLE AS now_so FOR EACH STATEMENT EXECUTE FUNCTION note_changed_alerts();

-- The roller's part: takes in so many changes at most. True when it saw no others. Who finds another one at it has
-- nothing to do.
CREATE FUNCTION roll_stock_counts(change_limit bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    taken bigint;
BEGIN
    PERFORM FROM stock_counts FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    WITH due AS (
        DELETE FROM stock_count_changes WHERE id IN (SELECT id FROM stock_count_changes ORDER BY id LIMIT change_limit)
        RETURNING low_stock, out_of_stock, open_alerts
    ), sums AS (
        SELECT count(*) AS changes, sum(low_stock) AS low_stock, sum(out_of_stock) AS out_of_stock,
            sum(open_alerts) AS open_alerts
        FROM due
    ), stored AS (
        UPDATE stock_counts c SET low_stock = c.low_stock + s.low_stock,
            out_of_stock = c.out_of_stock + s.out_of_stock, open_alerts = c.open_alerts + s.open_alerts
        FROM sums s WHERE s.changes > 0
    )
    SELECT changes INTO taken FROM sums;
    RETURN taken < change_limit;
END
$$;

-- Counts anew. For the first time, and for an operator whom `inventoryctl audit` has told that a count is wrong: triggers
-- that were switched off, as for a restore of data alone, note nothing.
CREATE FUNCTION restart_stock_counts() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- The roller's table first, so that a roller at work is waited for before sales are held.
    LOCK TABLE stock_counts IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE inventory, low_stock_alerts IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM stock_count_changes;
    DELETE FROM stock_counts;
    INSERT INTO stock_counts (low_stock, out_of_stock, open_alerts)
    SELECT (SELECT count(*) FROM inventory WHERE is_low_stock),
        (SELECT count(*) FROM inventory WHERE is_low_stock AND low_available = 0),
        (SELECT count(*) FROM low_stock_alerts WHERE status = 'open');
END
$$;
SELECT restart_stock_counts();
