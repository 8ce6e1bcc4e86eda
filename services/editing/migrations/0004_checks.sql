-- What the checks before a submission are told: by the texts of files, by the sites that links lead to, and by what was
-- submitted before.

-- What the text of a shown file tells of people, by the SHA-256 of that text: kinds and pages, never the passages.
CREATE TABLE readings (
    media   uuid        NOT NULL,
    sha256  text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    reading jsonb       NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (media, sha256)
);

CREATE TABLE links (
    address   text        PRIMARY KEY,
    asked_at  timestamptz NOT NULL,
    due_at    timestamptz,
    trouble   text,
    status    integer,
    looked_at timestamptz,
    CHECK ((trouble IS NULL) = (looked_at IS NULL))
);
CREATE INDEX links_due ON links (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX links_asked ON links (asked_at);

-- What each Story was last submitted with, by which another is told to be like it.
CREATE TABLE submissions (
    story        uuid        PRIMARY KEY REFERENCES stories (id),
    submitted_at timestamptz NOT NULL,
    words        text[]      NOT NULL,
    pictures     text[]      NOT NULL
);
CREATE INDEX submissions_newest ON submissions (submitted_at DESC);

GRANT SELECT, INSERT, UPDATE, DELETE ON readings, links TO "{role}";
GRANT SELECT, INSERT, UPDATE ON submissions TO "{role}";
