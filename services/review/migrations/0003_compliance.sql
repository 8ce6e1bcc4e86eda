-- Compliance for people and for other dashboards: why a clock was late, who reads the figures, the reports made.

-- Practice is never counted; few items are, so that leaving them out costs nothing.
CREATE INDEX board_items_practice ON board_items (item) WHERE practice;

-- What the figures may be of. Which outcomes count is the rules' word (shared.sla.COUNTED), not the table's.
CREATE VIEW compliance_clocks AS
    SELECT c.stage, c.item, c.cycle, c.lane, c.report, c.story, c.unit, c.opened_at, c.due_at, c.closed_at, c.outcome,
           c.punctuality, c.working_seconds, c.elapsed_seconds, c.target_seconds, c.calendar_version, c.sop_version,
           c.held_by, c.capacity, c.working_seconds = 0 AND c.elapsed_seconds > 0 AS outside_hours
    FROM board_clocks c
    WHERE c.closed_at IS NOT NULL AND c.kind = 'regular'
      AND NOT EXISTS (SELECT FROM board_items i WHERE i.practice AND i.item = c.report)
      AND NOT EXISTS (SELECT FROM board_items i WHERE i.practice AND i.item = c.story);

-- Why a clock was late, in people's words. It refers to no row of the board: that can be made again from the events.
CREATE TABLE keterangan (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage    text        NOT NULL,
    item     text        NOT NULL,
    cycle    integer     NOT NULL,
    note     text        NOT NULL CHECK (note <> ''),
    account  text        NOT NULL,
    name     text        NOT NULL,
    capacity text        NOT NULL,
    at       timestamptz NOT NULL
);
-- A form sent twice is one note.
CREATE UNIQUE INDEX keterangan_once ON keterangan (stage, item, cycle, account, md5(note));

-- Other dashboards, each with a key of which only the SHA-256 is kept.
CREATE TABLE readers (
    name         text        PRIMARY KEY,
    key_sha256   bytea       NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL,
    disabled     boolean     NOT NULL DEFAULT false,
    last_used_at timestamptz
);

-- Reports as they were made, and each file that came back signed: never altered, a newer one is another row.
CREATE TABLE compliance_reports (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_day date        NOT NULL,
    last_day  date        NOT NULL,
    unit      text,
    letter    jsonb       NOT NULL,
    pdf       bytea       NOT NULL,
    sha256    text        NOT NULL,
    account   text        NOT NULL,
    name      text        NOT NULL,
    capacity  text        NOT NULL,
    at        timestamptz NOT NULL
);
CREATE TABLE signed_reports (
    report   bigint      NOT NULL REFERENCES compliance_reports (id),
    n        integer     NOT NULL CHECK (n >= 1),
    pdf      bytea       NOT NULL,
    sha256   text        NOT NULL,
    account  text        NOT NULL,
    name     text        NOT NULL,
    capacity text        NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (report, n),
    UNIQUE (report, sha256)
);

GRANT SELECT ON compliance_clocks TO "{role}";
GRANT SELECT, INSERT ON keterangan, compliance_reports, signed_reports TO "{role}";
GRANT SELECT, UPDATE (last_used_at) ON readers TO "{role}";
