-- Piket: who is told of serta merta outside office hours. Without anybody on duty, all who can take the step are told.
CREATE TABLE duty (
    id           uuid PRIMARY KEY,
    account      text        NOT NULL REFERENCES accounts (account),
    first        date        NOT NULL,
    last         date        NOT NULL CHECK (last >= first),
    added_by     text        NOT NULL,
    added_at     timestamptz NOT NULL,
    cancelled_at timestamptz
);
CREATE INDEX duty_last ON duty (last) WHERE cancelled_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON duty TO alurwarta_intake;
