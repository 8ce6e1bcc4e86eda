-- Accounts and sessions: written by intake (the front door); the other services read one view and call one function.

CREATE TABLE accounts (
    account       text PRIMARY KEY CHECK (account ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    name          text    NOT NULL,
    capacity      text    NOT NULL,
    roles         text[]  NOT NULL CHECK (roles <@ ARRAY['bidang', 'admin', 'pimpinan', 'pengawas', 'operator']),
    unit          text,
    password_hash text    NOT NULL,
    disabled      boolean NOT NULL DEFAULT false,
    failures      integer NOT NULL DEFAULT 0,
    locked_until  timestamptz
);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    account    text        NOT NULL REFERENCES accounts (account),
    csrf       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE VIEW current_sessions AS
    SELECT s.token_hash, a.account, a.name, a.capacity, a.roles, a.unit, s.csrf, s.expires_at
    FROM sessions s JOIN accounts a USING (account)
    WHERE NOT a.disabled AND s.expires_at > now() AND s.seen_at > now() - interval '8 hours';

CREATE FUNCTION touch(token bytea) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = accounts, pg_temp AS $$
    UPDATE sessions SET seen_at = now() WHERE token_hash = token AND seen_at < now() - interval '1 minute'
$$;
REVOKE ALL ON FUNCTION touch(bytea) FROM PUBLIC;

GRANT SELECT ON current_sessions TO alurwarta_intake, alurwarta_editing, alurwarta_review, alurwarta_publisher;
GRANT EXECUTE ON FUNCTION touch(bytea) TO alurwarta_intake, alurwarta_editing, alurwarta_review, alurwarta_publisher;
GRANT SELECT, INSERT, UPDATE ON accounts TO alurwarta_intake;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO alurwarta_intake;
GRANT USAGE ON SCHEMA accounts TO alurwarta_editing, alurwarta_review, alurwarta_publisher;
