-- Words that a leader wrote for a returned Version: approved by their hash once an Admin submits exactly them. What becomes
-- of files does not concern them: they are sentences.
CREATE TABLE offers (
    story          uuid        NOT NULL REFERENCES stories (id),
    version        integer     NOT NULL CHECK (version >= 1),
    words          json        NOT NULL,
    content_sha256 text        NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
    by             json        NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (story, version)
);
GRANT SELECT, INSERT ON offers TO "{role}";
