-- Browsers that have signed in to the dashboard with an API key. A session's token is in the browser's cookie alone; here
-- is only its hash. What a session may do is what its key may do at that moment.
CREATE TABLE dashboard_sessions (
    -- SHA-256 of the token: 256 random bits, which nobody can guess from it.
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    key_name text COLLATE "C" NOT NULL REFERENCES api_keys,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at)
);
-- A key's oldest sessions end when it has too many.
CREATE INDEX dashboard_sessions_by_key ON dashboard_sessions (key_name, created_at);
-- The sweeper takes away what has expired.
CREATE INDEX dashboard_sessions_by_expiry ON dashboard_sessions (expires_at);
