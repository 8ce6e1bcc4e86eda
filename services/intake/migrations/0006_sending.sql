-- Reports on their way: drafts of a person, what the Admin records for another, and what lists and search look for.

-- `id` is the form's own key, under which the Report is made once; `writer` the page that wrote last.
CREATE TABLE drafts (
    account    text        NOT NULL,
    id         uuid        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('bahan', 'catat')),
    version    integer     NOT NULL CHECK (version >= 1),
    writer     text        NOT NULL,
    fields     jsonb       NOT NULL,
    files      jsonb       NOT NULL,
    uploads    uuid[]      NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX drafts_by_account ON drafts (account, updated_at);
CREATE INDEX drafts_by_age ON drafts (updated_at);
CREATE INDEX drafts_by_upload ON drafts USING gin (uploads);

-- Who sent what the Admin recorded: personal data, which no event carries.
CREATE TABLE recordings (
    report      uuid PRIMARY KEY REFERENCES reports (id),
    sender      text        NOT NULL,
    contact     text        NOT NULL DEFAULT '',
    sent_at     timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL
);

-- A proof of receipt: checked like any file, told to no other stage.
ALTER TABLE media ADD COLUMN private boolean NOT NULL DEFAULT false;

-- When the stages after ours began, for the time that is left.
ALTER TABLE stories
    ADD COLUMN submitted_at timestamptz,
    ADD COLUMN decided_at   timestamptz,
    ADD COLUMN not_before   timestamptz;

CREATE INDEX reports_by_state ON reports (state, id);
CREATE INDEX reports_by_unit_state ON reports (unit, state, id);
CREATE INDEX reports_by_words ON reports USING gin (to_tsvector('simple', title));

GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO "{role}";
GRANT SELECT, INSERT ON recordings TO "{role}";
