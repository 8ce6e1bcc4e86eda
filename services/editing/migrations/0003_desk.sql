-- The desk's lists by index, who has a Story open, and what each person has typed and not saved yet.

CREATE INDEX stories_done ON stories (created_at DESC)
    WHERE state NOT IN ('draft', 'submitted', 'approved', 'returned');
CREATE INDEX stories_words ON stories USING gin (to_tsvector('simple', title));
CREATE INDEX reports_compiled ON reports (opened_at DESC) WHERE state = 'compiled';
CREATE INDEX reports_words ON reports USING gin (to_tsvector('simple', facts ->> 'title'));

CREATE TABLE presence (
    story   uuid        NOT NULL REFERENCES stories (id),
    account text        NOT NULL,
    name    text        NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (story, account)
);
CREATE INDEX presence_seen ON presence (seen_at);

-- One row for each person and Story: the fields of the form as they were typed, on top of one Version. No Version is made of
-- it until the person saves.
CREATE TABLE working_copies (
    story        uuid        NOT NULL REFERENCES stories (id),
    account      text        NOT NULL,
    base_version integer     NOT NULL CHECK (base_version >= 0),
    fields       jsonb       NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (story, account)
);
CREATE INDEX working_copies_updated ON working_copies (updated_at);

-- Cuts that the Admin made of a picture: copies of the desk's own, below a prefix for each file.
CREATE TABLE cuts (
    media      uuid        NOT NULL,
    source     text        NOT NULL CHECK (source ~ '^[0-9a-f]{64}$'),
    crop       jsonb       NOT NULL,
    renditions jsonb       NOT NULL,
    made_at    timestamptz NOT NULL,
    PRIMARY KEY (media, source, crop)
);

-- Files that were erased, until their cuts are gone from the object store for good.
CREATE TABLE cuts_erasing (
    media  uuid        PRIMARY KEY,
    bucket text        NOT NULL,
    since  timestamptz NOT NULL
);
CREATE INDEX cuts_erasing_since ON cuts_erasing (since);

GRANT SELECT, INSERT, UPDATE, DELETE ON presence, working_copies, cuts, cuts_erasing TO "{role}";
