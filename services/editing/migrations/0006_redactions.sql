-- What a leader wants taken out of a returned Version; the next one is derived from it by the desk itself.
CREATE TABLE redactions (
    story       uuid        NOT NULL REFERENCES stories (id),
    version     integer     NOT NULL CHECK (version >= 1),
    redaction   json        NOT NULL,
    by          json        NOT NULL,
    at          timestamptz NOT NULL,
    caused_by   text        NOT NULL,
    traceparent text,
    due_at      timestamptz NOT NULL,
    outcome     text        CHECK (outcome IN ('derived', 'held', 'overtaken', 'failed')),
    note        text        NOT NULL DEFAULT '',
    ended_at    timestamptz,
    PRIMARY KEY (story, version),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
);
CREATE INDEX redactions_due ON redactions (due_at) WHERE outcome IS NULL;
GRANT SELECT, INSERT, UPDATE (due_at, outcome, note, ended_at) ON redactions TO "{role}";

-- Made from the Version before by taking out alone: its author counts as nobody who wrote.
ALTER TABLE versions ADD COLUMN derived boolean NOT NULL DEFAULT false;

-- The desk's own copies may be blacked out in parts too, with or without a cut.
ALTER TABLE cuts DROP CONSTRAINT cuts_pkey;
ALTER TABLE cuts ALTER COLUMN crop DROP NOT NULL;
ALTER TABLE cuts
    ADD COLUMN redacted    jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN placeholder text  NOT NULL DEFAULT '',
    ADD CONSTRAINT cuts_cut_or_redacted CHECK (crop IS NOT NULL OR redacted <> '[]');
-- By a hash: many regions are more than an index takes.
CREATE UNIQUE INDEX cuts_key ON cuts (media, source, md5(coalesce(crop::text, '') || redacted::text));
