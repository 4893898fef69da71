-- Who may call the API. A key's text is shown once, when it is made, and is not here: only its hash is.
-- Rows are never deleted, so a name is never given a second time: the ledger and the idempotency keys speak of names.
CREATE TABLE api_keys (
    -- The actor in the ledger.
    name text COLLATE "C" PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64 AND name !~ '[[:cntrl:]]'),
    -- SHA-256 of the key's text: the key is 256 random bits, which nobody can guess from it.
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at timestamptz NOT NULL,
    -- Null for one that holds until it is revoked.
    expires_at timestamptz CHECK (expires_at > created_at),
    revoked_at timestamptz
);
