-- Channels beside the site: what each attempt made there, who posts by hand, when a live post is looked at again.

ALTER TABLE deliveries ADD COLUMN mode text NOT NULL DEFAULT 'connected' CHECK (mode IN ('connected', 'assisted'));
ALTER TABLE deliveries ADD COLUMN held_by jsonb;
ALTER TABLE deliveries ADD COLUMN external_id text NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN submitted boolean NOT NULL DEFAULT false;
ALTER TABLE deliveries ADD COLUMN facts jsonb NOT NULL DEFAULT '{}';
ALTER TABLE deliveries ADD COLUMN check_at timestamptz;
ALTER TABLE deliveries ADD COLUMN checks integer NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD CHECK (held_by IS NULL OR mode = 'assisted' AND state = 'sending');
-- What was under way when the system was renewed may be public: it is looked up.
UPDATE deliveries SET submitted = true WHERE state IN ('sending', 'unconfirmed', 'live');
CREATE INDEX deliveries_check ON deliveries (check_at) WHERE check_at IS NOT NULL;
-- What waits for a person who posts it.
CREATE INDEX deliveries_by_hand ON deliveries (story, version) WHERE mode = 'assisted' AND state IN ('waiting', 'sending');

-- How the office reaches each channel. `secret` is sealed with a key that the database does not have.
CREATE TABLE channel_accounts (
    channel           text PRIMARY KEY CHECK (channel ~ '^[a-z0-9][a-z0-9-]{0,62}$' AND channel <> 'site'),
    mode              text        NOT NULL CHECK (mode IN ('off', 'assisted', 'connected')),
    settings          jsonb       NOT NULL DEFAULT '{}',
    secret            bytea,
    secret_expires_at timestamptz,
    changed_by        text        NOT NULL,
    changed_at        timestamptz NOT NULL,
    CHECK (mode <> 'connected' OR secret IS NOT NULL)
);

-- Nobody calls before `until` what shares this limit: an app, an account, or a channel that fails again and again.
CREATE TABLE channel_rests (
    name     text PRIMARY KEY,
    until    timestamptz,
    reason   text    NOT NULL DEFAULT '',
    failures integer NOT NULL DEFAULT 0
);

GRANT SELECT, INSERT, UPDATE ON channel_accounts, channel_rests TO "{role}";
