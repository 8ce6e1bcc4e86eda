-- A system may have more than one key for a while: the next before the last is over. `sources.key_sha256` is the first.

CREATE TABLE source_keys (
    key_sha256   bytea PRIMARY KEY,
    source       text        NOT NULL REFERENCES sources (name),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz
);
CREATE INDEX source_keys_by_source ON source_keys (source);
INSERT INTO source_keys (key_sha256, source, created_at) SELECT key_sha256, name, created_at FROM sources;

GRANT SELECT, UPDATE (last_used_at) ON source_keys TO "{role}";
