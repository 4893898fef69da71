-- The answer to a request under a caller's Idempotency-Key, written with the request's effect. Kept for 24 hours; the
-- sweeper takes older ones away.
CREATE TABLE idempotency_keys (
    -- Whose key it is: the name of the API key.
    caller text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    -- Of the method, the path and the body: the same key with another request is refused.
    request_hash bytea NOT NULL,
    status integer NOT NULL,
    answer bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
