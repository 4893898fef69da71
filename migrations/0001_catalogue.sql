-- Products and warehouses. Neither is ever deleted: the ledger speaks of them.
-- SKUs and codes are compared byte by byte (collation "C"): case is kept, and keyset pages have one order everywhere.
CREATE TABLE products (
    id uuid PRIMARY KEY,
    sku text COLLATE "C" NOT NULL UNIQUE CHECK (length(sku) BETWEEN 1 AND 64),
    name text NOT NULL CHECK (name <> ''),
    -- The name in lower case, folded by the program: the database's own lower() depends on its locale.
    name_folded text NOT NULL,
    base_price numeric(12, 2) NOT NULL CHECK (base_price >= 0),
    description text,
    attributes json,
    archived boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Search: a SKU's beginning or words of the name, in any case.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX products_sku_search ON products (lower(sku) text_pattern_ops);
CREATE INDEX products_name_search ON products USING gin (name_folded gin_trgm_ops);
-- The write path asks which of a batch's products are archived; few are, so the index is nearly empty.
CREATE INDEX products_archived ON products (id) WHERE archived;

CREATE TABLE warehouses (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    name text NOT NULL CHECK (name <> ''),
    priority bigint NOT NULL DEFAULT 0,
    alert_recipients text[] NOT NULL DEFAULT '{}',
    archived boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX warehouses_listed ON warehouses (priority, code);
CREATE INDEX warehouses_archived ON warehouses (id) WHERE archived;
