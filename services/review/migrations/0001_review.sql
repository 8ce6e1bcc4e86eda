-- Stage 3: what lies before the leader, what was decided, and what came to light about it.

-- One row per Story: the lock of all that happens to it here, and what publisher tells of it.
CREATE TABLE stories (
    story              uuid PRIMARY KEY,
    newest_version     integer NOT NULL DEFAULT 0,
    abandoned_at       timestamptz,
    published_version  integer,
    published_at       timestamptz,
    urls               jsonb   NOT NULL DEFAULT '{}',
    taken_down_at      timestamptz,
    taken_down_version integer
);

-- `content` is json and not jsonb: what is approved is passed on as it came, to the order of its keys.
CREATE TABLE reviews (
    story          uuid        NOT NULL REFERENCES stories (story),
    version        integer     NOT NULL CHECK (version >= 1),
    cycle          integer     NOT NULL CHECK (cycle >= 1),
    state          text        NOT NULL CHECK (state IN ('open', 'approved', 'returned', 'declined', 'withheld',
                                                         'superseded', 'abandoned', 'revoked')),
    title          text        NOT NULL,
    content        json        NOT NULL,
    content_sha256 text        NOT NULL,
    authors        text[]      NOT NULL,
    origins        json        NOT NULL,
    reports        uuid[]      NOT NULL,
    media          uuid[]      NOT NULL,
    urgency        text        NOT NULL,
    practice       boolean     NOT NULL,
    correction     boolean     NOT NULL,
    submitted_by   json        NOT NULL,
    submitted_at   timestamptz NOT NULL,
    caused_by      text        NOT NULL,
    traceparent    text,
    request        json,
    PRIMARY KEY (story, version),
    UNIQUE (story, cycle)
);
CREATE INDEX reviews_open ON reviews (submitted_at) WHERE state = 'open';
CREATE INDEX reviews_submitted ON reviews (submitted_at);

-- One Decision per Version, for ever: the first one wins.
CREATE TABLE decisions (
    story          uuid        NOT NULL,
    version        integer     NOT NULL,
    decision       text        NOT NULL CHECK (decision IN ('approved', 'returned', 'declined', 'withheld')),
    content_sha256 text        NOT NULL,
    reasons        json        NOT NULL,
    legal_basis    text        NOT NULL DEFAULT '',
    until          date,
    not_before     timestamptz,
    decided_by     json        NOT NULL,
    decided_at     timestamptz NOT NULL,
    PRIMARY KEY (story, version),
    FOREIGN KEY (story, version) REFERENCES reviews (story, version)
);
CREATE INDEX decisions_decided ON decisions (decided_at);

CREATE TABLE revocations (
    story   uuid        NOT NULL,
    version integer     NOT NULL,
    reason  text        NOT NULL CHECK (reason IN ('superseded', 'abandoned', 'official')),
    note    text        NOT NULL,
    by      json        NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (story, version, reason),
    FOREIGN KEY (story, version) REFERENCES reviews (story, version)
);

-- What became of a Report or a file. It may be known here before or after the Version that contains it.
CREATE TABLE notices (
    kind       text        NOT NULL CHECK (kind IN ('report-withdrawn', 'report-refused', 'media-erased')),
    subject    uuid        NOT NULL,
    note       text        NOT NULL,
    renditions text[]      NOT NULL DEFAULT '{}',
    at         timestamptz NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX notices_subject ON notices (subject);

-- A finding is a notice about something inside a Version: a view, so that no order of arrival can miss one.
CREATE VIEW findings AS
    SELECT r.story, r.version, n.kind, n.subject, n.note, n.at
    FROM reviews r JOIN notices n ON n.subject = ANY (r.reports || r.media);

GRANT SELECT, INSERT, UPDATE ON stories TO "{role}";
-- Of a submitted Version only its state ever changes.
GRANT SELECT, INSERT, UPDATE (state) ON reviews TO "{role}";
GRANT SELECT, INSERT ON decisions, revocations, notices TO "{role}";
GRANT SELECT ON findings TO "{role}";
