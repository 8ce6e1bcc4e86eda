-- From where each change came, and what the other services said of their audit chains.

ALTER TABLE audit ADD COLUMN origin text CHECK (origin IN ('screen', 'api', 'event', 'worker', 'command'));

-- Which facts a seal's hash is of: 1 those that a row had before this migration, 2 the origin too. It has no default, so
-- that a process of before, which would leave the origin out, seals nothing; it still writes rows, which wait for a newer one.
ALTER TABLE audit_chain ADD COLUMN form smallint NOT NULL DEFAULT 1 CHECK (form IN (1, 2));
ALTER TABLE audit_chain ALTER COLUMN form DROP DEFAULT;

-- The heads of chains as their services told them. A service keeps what it told itself too, so that nothing is told twice.
CREATE TABLE audit_anchors (
    service text        NOT NULL,
    sealed  bigint      NOT NULL,
    hash    text        NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    at      timestamptz NOT NULL,
    PRIMARY KEY (service, sealed)
);

GRANT SELECT, INSERT ON audit_anchors TO "{role}";
