-- One row a product and warehouse. No index may hold a quantity, not even in a predicate: every reserve would then
-- write all indexes anew instead of being a HOT update. is_low_stock changes only when a record crosses its reorder
-- point, so the partial index on it is nearly free (docs/architecture.md has the figures).
CREATE TABLE inventory (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES products,
    warehouse_id uuid NOT NULL REFERENCES warehouses,
    quantity_on_hand bigint NOT NULL,
    quantity_reserved bigint NOT NULL,
    quantity_available bigint GENERATED ALWAYS AS (quantity_on_hand - quantity_reserved) STORED,
    reorder_point bigint NOT NULL CHECK (reorder_point >= 0),
    reorder_quantity bigint NOT NULL CHECK (reorder_quantity >= 1),
    safety_stock bigint NOT NULL DEFAULT 0 CHECK (safety_stock >= 0),
    is_low_stock boolean GENERATED ALWAYS AS (quantity_on_hand - quantity_reserved <= reorder_point) STORED,
    version bigint NOT NULL CHECK (version >= 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT inventory_product_warehouse UNIQUE (product_id, warehouse_id),
    -- The last line of defence: whatever goes wrong above, no unit is sold twice.
    CONSTRAINT inventory_reserved_within_on_hand
        CHECK (0 <= quantity_reserved AND quantity_reserved <= quantity_on_hand AND quantity_on_hand <= 9007199254740991)
) WITH (fillfactor = 80);
CREATE INDEX inventory_by_warehouse ON inventory (warehouse_id, id);
CREATE INDEX inventory_low_stock ON inventory (warehouse_id, id) WHERE is_low_stock;

CREATE TABLE reservations (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    inventory_id uuid NOT NULL REFERENCES inventory,
    quantity bigint NOT NULL CHECK (quantity > 0),
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'confirmed', 'released')),
    release_reason text CHECK (release_reason IN ('cancelled', 'expired')),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    CHECK ((status = 'pending') = (resolved_at IS NULL)),
    CHECK ((status = 'released') = (release_reason IS NOT NULL))
);
CREATE INDEX reservations_by_order ON reservations (order_id);
-- For a record that is short of units: what on it is overdue.
CREATE INDEX reservations_pending_by_record ON reservations (inventory_id, expires_at, id) WHERE status = 'pending';
-- For the sweeper: what is overdue at all.
CREATE INDEX reservations_pending_by_expiry ON reservations (expires_at, id) WHERE status = 'pending';

-- The audit ledger. A record's rows carry its versions 1, 2, 3 ... without a gap; the primary key forbids two rows of
-- one version, so two writers that both believed in the same state cannot both commit.
CREATE TABLE inventory_transactions (
    inventory_id uuid NOT NULL REFERENCES inventory,
    version bigint NOT NULL CHECK (version >= 1),
    id uuid NOT NULL,
    type text NOT NULL CHECK (type IN ('receive', 'ship', 'adjust', 'transfer_out', 'transfer_in', 'reserve',
                                       'confirm', 'release', 'expire', 'policy')),
    quantity_change bigint NOT NULL,
    quantity_before bigint GENERATED ALWAYS AS (quantity_after - quantity_change) STORED,
    quantity_after bigint NOT NULL,
    reserved_change bigint NOT NULL,
    reserved_after bigint NOT NULL,
    order_id uuid,
    reason text,
    reference text,
    actor text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (inventory_id, version)
);

CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit ledger is never changed and never deleted' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER inventory_transactions_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON inventory_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- Saving and COMMIT travel together, so the client cannot count rows in between: a statement that missed a row says so
-- itself. Class 40 makes the writer load and decide again.
CREATE FUNCTION assert_rows(actual bigint, expected bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF actual <> expected THEN
        RAISE EXCEPTION 'expected % rows, found %', expected, actual USING ERRCODE = 'serialization_failure';
    END IF;
END
$$;

-- The version that a record had at a moment: the last ledger row written until then, 0 before the first. Versions are
-- gapless and their times never go back, so a binary search finds it in some twenty index probes at any length.
CREATE FUNCTION ledger_version_at(record uuid, moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    low bigint := 0;
    high bigint := coalesce((SELECT max(version) FROM inventory_transactions WHERE inventory_id = record), 0);
    middle bigint;
    written timestamptz;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        SELECT created_at INTO written FROM inventory_transactions WHERE inventory_id = record AND version = middle;
        IF written <= moment THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;
