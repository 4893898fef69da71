-- The way of an alert to procurement. An alert's row here is written with the alert; a mailer gathers such rows into
-- digests, one email each, and sends those. Apart from the alerts, so that a mailer never locks what a sale writes.
CREATE TABLE outbound_emails (
    id uuid PRIMARY KEY,
    -- The same in every try, so that a receiver can tell a repetition.
    message_id text NOT NULL UNIQUE,
    -- Everybody whom it is for, sorted; those who have it; those whom the mail server refused for good.
    recipients text[] NOT NULL CHECK (cardinality(recipients) > 0),
    delivered text[] NOT NULL DEFAULT '{}',
    refused text[] NOT NULL DEFAULT '{}',
    -- A digest of the recipients: the addresses themselves may be too long for an index.
    audience text NOT NULL,
    status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'failed')),
    -- Tries that have ended.
    attempts bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz NOT NULL,
    -- Whether it waits because the mail server could not be talked to at all, and not because of this email.
    waits_for_server boolean NOT NULL DEFAULT false,
    -- Who sends it now, and until when nobody else may.
    lease bigint,
    leased_until timestamptz,
    last_error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    CHECK ((status = 'sent') = (sent_at IS NOT NULL)),
    CHECK ((lease IS NULL) = (leased_until IS NULL))
);
CREATE INDEX outbound_emails_due ON outbound_emails (next_attempt_at, id) WHERE status = 'queued';
CREATE INDEX outbound_emails_under_way ON outbound_emails (audience) WHERE status = 'queued';
CREATE INDEX outbound_emails_failed ON outbound_emails (created_at, id) WHERE status = 'failed';
-- When some recipients were written to last.
CREATE INDEX outbound_emails_by_audience ON outbound_emails (audience, created_at);

CREATE TABLE alert_deliveries (
    alert_id uuid PRIMARY KEY REFERENCES low_stock_alerts,
    -- The one digest that it is in; null until it has been gathered.
    email_id uuid REFERENCES outbound_emails
);
CREATE INDEX alert_deliveries_ungathered ON alert_deliveries (alert_id) WHERE email_id IS NULL;
CREATE INDEX alert_deliveries_by_email ON alert_deliveries (email_id, alert_id) WHERE email_id IS NOT NULL;

-- What is low already has not been mailed yet.
INSERT INTO alert_deliveries (alert_id) SELECT id FROM low_stock_alerts WHERE status <> 'resolved';
