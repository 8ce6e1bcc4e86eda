-- What each Story took from its earliest activity until the public could first read it.
CREATE TABLE totals (
    story            uuid        PRIMARY KEY,
    opened_at        timestamptz NOT NULL,
    closed_at        timestamptz NOT NULL CHECK (closed_at >= opened_at),
    working_seconds  bigint      NOT NULL,
    elapsed_seconds  bigint      NOT NULL,
    calendar_version text        NOT NULL
);

GRANT SELECT, INSERT ON totals TO "{role}";
