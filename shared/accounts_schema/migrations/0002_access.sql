-- What makes an account somebody's own: links by which it is taken over, a second factor, another provider's word; and
-- how a session is told apart, for how long it is good without use, and when its person last showed who they are.

ALTER TABLE accounts
    ADD COLUMN language   text NOT NULL DEFAULT 'id' CHECK (language IN ('id', 'en')),
    ADD COLUMN email      text,
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ALTER COLUMN password_hash SET DEFAULT ''; -- no password: one that nothing matches
CREATE UNIQUE INDEX accounts_by_email ON accounts (lower(email)) WHERE email IS NOT NULL;

ALTER TABLE sessions
    ADD COLUMN number   bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN idle     interval    NOT NULL DEFAULT interval '8 hours',
    ADD COLUMN fresh_at timestamptz NOT NULL DEFAULT '-infinity', -- of those that are open while this runs
    ADD COLUMN device   text        NOT NULL DEFAULT '',
    ADD COLUMN provider text;
ALTER TABLE sessions ALTER COLUMN fresh_at SET DEFAULT now();
CREATE INDEX sessions_by_account ON sessions (account);

-- One-time links by which a password is chosen. The token is kept nowhere; a newer one takes the place of an older.
CREATE TABLE links (
    token_hash bytea PRIMARY KEY,
    account    text        NOT NULL UNIQUE REFERENCES accounts (account),
    purpose    text        NOT NULL CHECK (purpose IN ('invitation', 'reset')),
    expires_at timestamptz NOT NULL
);

-- A log-in between its password and its second factor: no session, and good for minutes.
CREATE TABLE log_ins (
    token_hash bytea PRIMARY KEY,
    account    text        NOT NULL REFERENCES accounts (account),
    target     text        NOT NULL,
    provider   text,
    tries      integer     NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
CREATE INDEX log_ins_expiry ON log_ins (expires_at);

-- Sealed with intake's key, which the database does not have. `last_step` is the newest time step of which a code was
-- used: none is good twice.
CREATE TABLE second_factors (
    account      text PRIMARY KEY REFERENCES accounts (account),
    secret       bytea       NOT NULL,
    confirmed_at timestamptz NOT NULL,
    last_step    bigint      NOT NULL
);
-- A secret that waits for a code of it, for the one log-in or session that was shown it: nobody else's is confirmed.
CREATE TABLE factor_candidates (
    holder     text PRIMARY KEY,
    account    text        NOT NULL REFERENCES accounts (account),
    secret     bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE TABLE recovery_codes (
    account   text  NOT NULL REFERENCES accounts (account),
    code_hash bytea NOT NULL,
    PRIMARY KEY (account, code_hash)
);

-- Wrong tries by what was tried and for whom, whether there is such an account or not, so that the wait tells nothing.
CREATE TABLE tries (
    what         text  NOT NULL,
    who          bytea NOT NULL,
    failures     integer     NOT NULL,
    locked_until timestamptz,
    tried_at     timestamptz NOT NULL,
    PRIMARY KEY (what, who)
);
CREATE INDEX tries_age ON tries (tried_at);

-- Whose account a subject at an OpenID provider is: bound once, by the subject and not by a name that may change hands.
CREATE TABLE identities (
    issuer   text NOT NULL,
    subject  text NOT NULL,
    account  text NOT NULL REFERENCES accounts (account),
    bound_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, account)
);
CREATE TABLE provider_requests (
    state_hash bytea PRIMARY KEY,
    browser    bytea       NOT NULL,
    nonce      text        NOT NULL,
    verifier   text        NOT NULL,
    target     text        NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX provider_requests_expiry ON provider_requests (expires_at);

CREATE OR REPLACE VIEW current_sessions AS
    SELECT s.token_hash, a.account, a.name, a.capacity, a.roles, a.unit, s.csrf, s.expires_at,
           a.language, s.number, s.fresh_at > now() - interval '15 minutes' AS fresh,
           ceil(extract(epoch FROM least(s.expires_at, s.seen_at + s.idle) - now()))::integer AS seconds_left
    FROM sessions s JOIN accounts a USING (account)
    WHERE NOT a.disabled AND s.expires_at > now() AND s.seen_at > now() - s.idle;

GRANT SELECT, INSERT, UPDATE, DELETE ON links, log_ins, second_factors, factor_candidates, recovery_codes, tries,
    provider_requests TO alurwarta_intake;
GRANT SELECT, INSERT, DELETE ON identities TO alurwarta_intake;
