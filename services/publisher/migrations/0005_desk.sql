-- The Admin's desk: a time set for publishing, what a person answered about a channel, since when each state holds.

-- At most one set time per Version. `missed`: its time passed while the system stood still, and a person is asked.
CREATE TABLE schedules (
    story      uuid        NOT NULL,
    version    integer     NOT NULL,
    publish_at timestamptz NOT NULL,
    set_by     jsonb       NOT NULL,
    set_at     timestamptz NOT NULL,
    state      text        NOT NULL CHECK (state IN ('waiting', 'missed', 'started', 'cancelled', 'void')),
    PRIMARY KEY (story, version),
    FOREIGN KEY (story, version) REFERENCES publications
);
CREATE INDEX schedules_due ON schedules (publish_at) WHERE state = 'waiting';
CREATE INDEX schedules_on ON schedules (story, version) WHERE state IN ('waiting', 'missed');

ALTER TABLE deliveries ADD COLUMN since timestamptz NOT NULL DEFAULT now();
ALTER TABLE deliveries ADD COLUMN looks integer NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN confirmed_by jsonb;
ALTER TABLE deliveries ADD COLUMN waiver jsonb;
CREATE INDEX deliveries_asking ON deliveries (story, version) WHERE state IN ('failed', 'unconfirmed');

ALTER TABLE publications ADD COLUMN since timestamptz NOT NULL DEFAULT now();
UPDATE publications p SET since = coalesce(p.published_at, p.started_at, a.decided_at)
FROM approvals a WHERE a.story = p.story AND a.version = p.version;
UPDATE deliveries d SET since = coalesce(p.published_at, p.started_at, d.since)
FROM publications p WHERE p.story = d.story AND p.version = d.version;
-- The list of what is done is read from its newest end, a page at a time.
CREATE INDEX publications_done ON publications (since DESC, story DESC, version DESC)
    WHERE state IN ('published', 'superseded', 'void', 'taken-down');

-- Lists show titles and search them without unpacking the content.
ALTER TABLE approvals ADD COLUMN title text GENERATED ALWAYS AS (content ->> 'title') STORED;
CREATE INDEX approvals_words ON approvals USING gin (to_tsvector('simple', coalesce(title, '')));

GRANT SELECT, INSERT, UPDATE ON schedules TO "{role}";
