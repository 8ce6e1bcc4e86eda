-- Stage 2: the desk's Reports, the Stories, and their Versions, which are only ever added.

CREATE TABLE reports (
    id               uuid PRIMARY KEY,
    unit             text        NOT NULL,
    state            text        NOT NULL
                     CHECK (state IN ('waiting', 'claimed', 'compiled', 'sent-back', 'withdrawn', 'refused')),
    urgency          text        NOT NULL CHECK (urgency IN ('regular', 'immediate')),
    facts            jsonb       NOT NULL,
    media            jsonb       NOT NULL,
    cycle            integer     NOT NULL CHECK (cycle >= 1),
    opened_at        timestamptz NOT NULL,
    claimed_by       text,
    claimed_name     text,
    claimed_at       timestamptz,
    claim_expires_at timestamptz,
    CHECK ((state = 'claimed') = (claimed_by IS NOT NULL)),
    CHECK (num_nonnulls(claimed_by, claimed_name, claimed_at, claim_expires_at) IN (0, 4))
);
CREATE INDEX reports_on_desk ON reports (opened_at) WHERE state IN ('waiting', 'claimed', 'sent-back');
CREATE INDEX reports_newest ON reports (opened_at DESC);

CREATE TABLE stories (
    id                uuid PRIMARY KEY,
    state             text        NOT NULL
                      CHECK (state IN ('draft', 'submitted', 'approved', 'returned', 'declined', 'withheld',
                                       'published', 'abandoned', 'taken-down')),
    title             text        NOT NULL,
    urgency           text        NOT NULL CHECK (urgency IN ('regular', 'immediate')),
    practice          boolean     NOT NULL,
    version           integer     NOT NULL CHECK (version >= 0),
    submitted_version integer     NOT NULL CHECK (submitted_version BETWEEN 0 AND version),
    published_version integer,
    taken_down        boolean     NOT NULL,
    correction        boolean     NOT NULL,
    cycle             integer     NOT NULL CHECK (cycle >= 0),
    answer            jsonb,
    created_by        text        NOT NULL,
    created_at        timestamptz NOT NULL
);
CREATE INDEX stories_at_work ON stories (created_at) WHERE state IN ('draft', 'submitted', 'approved', 'returned');
CREATE INDEX stories_newest ON stories (created_at DESC);

CREATE TABLE versions (
    story           uuid        NOT NULL REFERENCES stories (id),
    version         integer     NOT NULL CHECK (version >= 1),
    content         jsonb       NOT NULL,
    content_sha256  text        NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
    author          text        NOT NULL,
    author_name     text        NOT NULL,
    author_capacity text        NOT NULL,
    reason          text        NOT NULL,
    saved_at        timestamptz NOT NULL,
    PRIMARY KEY (story, version)
);

CREATE TABLE story_reports (
    story    uuid        NOT NULL REFERENCES stories (id),
    report   uuid        NOT NULL REFERENCES reports (id),
    place    integer     NOT NULL,
    added_at timestamptz NOT NULL,
    added_by text        NOT NULL,
    PRIMARY KEY (story, report)
);
CREATE INDEX story_reports_by_report ON story_reports (report);

GRANT SELECT, INSERT, UPDATE ON reports, stories TO "{role}";
GRANT SELECT, INSERT ON versions, story_reports TO "{role}";
