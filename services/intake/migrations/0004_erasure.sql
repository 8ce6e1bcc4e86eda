-- Files erased for good by order (UU PDP): who ordered it and why, and the objects that are still to be deleted.
CREATE TABLE erasures (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256      text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    reason      text        NOT NULL CHECK (reason <> ''),
    by          json        NOT NULL,
    approved_by json        NOT NULL,
    at          timestamptz NOT NULL,
    objects     json        NOT NULL,
    next_at     timestamptz NOT NULL,
    attempts    integer     NOT NULL DEFAULT 0,
    done_at     timestamptz
);
CREATE INDEX erasures_by_hash ON erasures (sha256);
CREATE INDEX erasures_to_do ON erasures (next_at) WHERE done_at IS NULL;

-- The order itself is the owner's to write; the service does what it says.
GRANT SELECT, UPDATE (objects, next_at, attempts, done_at) ON erasures TO "{role}";
