-- Stage 1: who may send, what they sent, and what became of it.

CREATE TABLE sources (
    name       text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    key_sha256 bytea       NOT NULL UNIQUE,
    units      text[]      NOT NULL CHECK (cardinality(units) > 0),
    created_at timestamptz NOT NULL,
    disabled   boolean     NOT NULL DEFAULT false
);

-- A request is claimed by its sender's own id. `body` and `envelope` are kept only while its files are looked at:
-- once answered, the facts lie with the Report.
CREATE TABLE requests (
    source      text        NOT NULL,
    id          text        NOT NULL,
    data_sha256 bytea       NOT NULL,
    state       text        NOT NULL CHECK (state IN ('checking', 'accepted', 'refused')),
    report      uuid        NOT NULL,
    problems    json,
    body        json,
    envelope    json,
    received_at timestamptz NOT NULL,
    answered_at timestamptz,
    next_at     timestamptz NOT NULL,
    attempts    integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (source, id)
);
CREATE INDEX requests_checking ON requests (next_at) WHERE state = 'checking';

CREATE TABLE reports (
    id              uuid PRIMARY KEY,
    unit            text        NOT NULL,
    title           text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('received', 'sent-back', 'withdrawn')),
    cycle           integer     NOT NULL CHECK (cycle >= 1),
    facts           json        NOT NULL,
    happened_at     timestamptz NOT NULL,
    received_at     timestamptz NOT NULL,
    urgency         text        NOT NULL,
    source          text,
    request_id      text,
    created_by      text,
    idempotency_key text,
    sent_back       json
);
CREATE UNIQUE INDEX reports_once ON reports (created_by, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX reports_by_unit ON reports (unit, id);

CREATE TABLE supplements (
    id          uuid PRIMARY KEY,
    report      uuid        NOT NULL REFERENCES reports (id),
    cycle       integer,
    text        text        NOT NULL,
    received_at timestamptz NOT NULL,
    sent_by     text        NOT NULL
);
CREATE INDEX supplements_by_report ON supplements (report);

-- `data` is the file as events carry it; `incoming` its key in the incoming bucket until it lies among the originals.
CREATE TABLE media (
    id       uuid PRIMARY KEY,
    report   uuid        NOT NULL REFERENCES reports (id),
    sha256   text        NOT NULL,
    state    text        NOT NULL CHECK (state IN ('checking', 'accepted', 'refused')),
    incoming text,
    data     json        NOT NULL,
    next_at  timestamptz NOT NULL,
    attempts integer     NOT NULL DEFAULT 0
);
CREATE INDEX media_by_report ON media (report);
CREATE INDEX media_by_hash ON media (sha256);
CREATE INDEX media_checking ON media (next_at) WHERE state = 'checking';

CREATE TABLE uploads (
    id           uuid PRIMARY KEY,
    owner        text        NOT NULL,
    key          text        NOT NULL UNIQUE,
    name         text        NOT NULL,
    content_type text        NOT NULL,
    size         bigint      NOT NULL,
    sha256       text,
    state        text        NOT NULL CHECK (state IN ('open', 'complete')),
    created_at   timestamptz NOT NULL
);

-- How far the Stories made of these Reports are, as the other stages' events tell.
CREATE TABLE stories (
    story             uuid PRIMARY KEY,
    submitted_version integer,
    abandoned         boolean NOT NULL DEFAULT false,
    decided_version   integer,
    decision          text,
    published_version integer,
    title             text,
    urls              json    NOT NULL DEFAULT '{}',
    taken_down        text
);
CREATE TABLE report_stories (
    report uuid NOT NULL,
    story  uuid NOT NULL REFERENCES stories (story),
    PRIMARY KEY (report, story)
);

GRANT SELECT, INSERT, UPDATE ON sources, requests, reports, media, uploads, stories TO "{role}";
GRANT SELECT, INSERT ON supplements, report_stories TO "{role}";
