-- A low record has exactly one unresolved alert, and no other record has one: the unique index holds the first half,
-- `inventoryctl audit` proves both.
CREATE TABLE low_stock_alerts (
    id uuid PRIMARY KEY,
    inventory_id uuid NOT NULL REFERENCES inventory,
    quantity_available bigint NOT NULL,
    reorder_point bigint NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'resolved')),
    created_at timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at timestamptz,
    CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE UNIQUE INDEX low_stock_alerts_unresolved ON low_stock_alerts (inventory_id) WHERE status <> 'resolved';
CREATE INDEX low_stock_alerts_listed ON low_stock_alerts (status, id);

CREATE TABLE purchase_order_suggestions (
    id uuid PRIMARY KEY,
    alert_id uuid NOT NULL UNIQUE REFERENCES low_stock_alerts,
    inventory_id uuid NOT NULL REFERENCES inventory,
    quantity bigint NOT NULL CHECK (quantity > 0),
    unit_price numeric(12, 2) NOT NULL,
    quantity_available bigint NOT NULL,
    reorder_point bigint NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'dismissed', 'withdrawn')),
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text
);
CREATE UNIQUE INDEX purchase_order_suggestions_open ON purchase_order_suggestions (inventory_id) WHERE status = 'open';
CREATE INDEX purchase_order_suggestions_listed ON purchase_order_suggestions (status, id);
