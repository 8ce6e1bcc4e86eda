-- What was counted of the closed clocks by day and Unit, which calendars were in force, and what a new one changed.

-- Counted, regular clocks by the office's own date of closing: kept by the closing transaction, like clock_totals.
CREATE TABLE clock_days (
    day             date   NOT NULL,
    stage           text   NOT NULL,
    lane            text   NOT NULL,
    unit            text   NOT NULL,
    in_time         bigint NOT NULL DEFAULT 0,
    late            bigint NOT NULL DEFAULT 0,
    outside_hours   bigint NOT NULL DEFAULT 0,
    working_seconds bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (day, stage, lane, unit)
);

-- The sum of a histogram beside its buckets. Edge -1 is 0 working seconds: work outside working time.
ALTER TABLE clock_totals ADD COLUMN ratio_sum double precision NOT NULL DEFAULT 0;

-- The office's files as they were accepted: the newest stays in force when a newer file cannot be read.
CREATE TABLE office_files (
    kind        text        NOT NULL CHECK (kind IN ('calendar', 'sop')),
    version     text        NOT NULL,
    body        text        NOT NULL,
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (kind, version)
);

-- Open clocks laid on a new calendar: what each was, what it became, and why.
CREATE TABLE reprojections (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at               timestamptz NOT NULL,
    stage            text        NOT NULL,
    item             text        NOT NULL,
    cycle            integer     NOT NULL,
    calendar_before  text        NOT NULL,
    calendar_after   text        NOT NULL,
    due_before       timestamptz NOT NULL,
    due_after        timestamptz NOT NULL,
    target_before    bigint      NOT NULL,
    target_after     bigint      NOT NULL,
    why              text        NOT NULL
);
CREATE INDEX reprojections_item ON reprojections (stage, item, cycle);
CREATE INDEX clocks_open_calendar ON clocks (lane, calendar_version) WHERE closed_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON clock_days, office_files TO "{role}";
GRANT SELECT, INSERT ON reprojections TO "{role}";
