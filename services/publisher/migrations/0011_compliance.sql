-- How the office keeps its SOP, as the public may read it: each closed clock that counts, of all four stages.
CREATE TABLE service_times (
    stage           text        NOT NULL,
    item            text        NOT NULL,
    cycle           integer     NOT NULL CHECK (cycle >= 1),
    report          uuid,
    story           uuid,
    closed_at       timestamptz NOT NULL,
    punctuality     text        NOT NULL CHECK (punctuality IN ('in_time', 'late')),
    working_seconds bigint      NOT NULL,
    elapsed_seconds bigint      NOT NULL,
    PRIMARY KEY (stage, item, cycle)
);
CREATE INDEX service_times_closed ON service_times (closed_at);
CREATE INDEX service_times_report ON service_times (report) WHERE report IS NOT NULL;
CREATE INDEX service_times_story ON service_times (story) WHERE story IS NOT NULL;

-- Practice is never counted, whichever is heard of first.
CREATE TABLE practice_items (item uuid PRIMARY KEY);

-- Each month of the office in which something closed; another revision is other figures.
CREATE SEQUENCE service_revisions;
CREATE TABLE service_months (
    month    date   PRIMARY KEY,
    revision bigint NOT NULL DEFAULT nextval('service_revisions')
);

GRANT SELECT, INSERT ON service_times, practice_items TO "{role}";
GRANT SELECT, INSERT, UPDATE ON service_months TO "{role}";
GRANT USAGE ON service_revisions TO "{role}";
