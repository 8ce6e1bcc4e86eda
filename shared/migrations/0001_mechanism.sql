-- What every service has of its own: inbox, outbox, dead letters, clocks, audit.

CREATE TABLE inbox_streams (
    topic    text   NOT NULL,
    key      text   NOT NULL,
    sequence bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, key)
);

CREATE TABLE outbox_streams (
    topic    text   NOT NULL,
    key      text   NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (topic, key)
);

CREATE TABLE outbox (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id      uuid        NOT NULL,
    topic         text        NOT NULL,
    key           text        NOT NULL,
    sequence      bigint      NOT NULL,
    type          text        NOT NULL,
    headers       jsonb       NOT NULL,
    body          bytea       NOT NULL,
    appended_at   timestamptz NOT NULL,
    sent_at       timestamptz,
    set_aside_at  timestamptz,
    set_aside_why text,
    UNIQUE (topic, key, sequence)
);
CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_set_aside ON outbox (topic, key) WHERE set_aside_at IS NOT NULL;
CREATE INDEX outbox_appended ON outbox (appended_at);

CREATE TABLE dead_letters (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    "offset"     bigint      NOT NULL,
    recorded_at  timestamptz NOT NULL,
    key          bytea,
    body         bytea,
    headers      jsonb       NOT NULL,
    stream_key   text,
    sequence     bigint,
    event_id     text,
    type         text,
    reason       text        NOT NULL,
    waiting_for  bigint,
    state        text        NOT NULL CHECK (state IN ('open', 'waiting', 'requested', 'replayed', 'discarded')),
    at           timestamptz NOT NULL,
    resolved_at  timestamptz,
    resolved_by  text,
    copied_at    timestamptz,
    UNIQUE (topic, partition, "offset", recorded_at)
);
CREATE INDEX dead_letters_waiting ON dead_letters (topic, stream_key, sequence)
    WHERE state IN ('waiting', 'discarded');
CREATE INDEX dead_letters_requested ON dead_letters (id) WHERE state = 'requested';
CREATE INDEX dead_letters_uncopied ON dead_letters (id) WHERE copied_at IS NULL;
CREATE INDEX dead_letters_open ON dead_letters (id) WHERE state IN ('open', 'waiting', 'requested');

CREATE TABLE clocks (
    stage            text        NOT NULL,
    item             text        NOT NULL,
    cycle            integer     NOT NULL CHECK (cycle >= 1),
    lane             text        NOT NULL,
    kind             text        NOT NULL,
    report           uuid,
    story            uuid,
    unit             text,
    opened_at        timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    target_seconds   bigint      NOT NULL,
    sop_version      text        NOT NULL,
    calendar_version text        NOT NULL,
    closed_at        timestamptz,
    outcome          text,
    punctuality      text CHECK (punctuality IN ('in_time', 'late')),
    working_seconds  bigint,
    elapsed_seconds  bigint,
    PRIMARY KEY (stage, item, cycle),
    CHECK (closed_at IS NULL OR closed_at >= opened_at),
    CHECK ((closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (punctuality IS NULL))
);
CREATE INDEX clocks_open ON clocks (due_at) WHERE closed_at IS NULL;
CREATE INDEX clocks_by_report ON clocks (report) WHERE report IS NOT NULL;
CREATE INDEX clocks_by_story ON clocks (story) WHERE story IS NOT NULL;

-- A closed clock is a fact: no calendar, correction or mistake of ours alters it.
CREATE FUNCTION clocks_closed_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'clock %/%/% is closed', OLD.stage, OLD.item, OLD.cycle USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER clocks_closed_are_frozen BEFORE UPDATE OR DELETE ON clocks
    FOR EACH ROW EXECUTE FUNCTION clocks_closed_are_frozen();

-- Kept up to date by the closing transaction, so that a scrape costs the same after a million closed clocks.
CREATE TABLE clock_totals (
    stage           text   NOT NULL,
    lane            text   NOT NULL,
    kind            text   NOT NULL,
    outcome         text   NOT NULL,
    punctuality     text   NOT NULL,
    edge            smallint NOT NULL,
    closed          bigint NOT NULL,
    working_seconds bigint NOT NULL,
    PRIMARY KEY (stage, lane, kind, outcome, punctuality, edge)
);

CREATE TABLE audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    actor       text        NOT NULL,
    capacity    text        NOT NULL,
    action      text        NOT NULL,
    item        text        NOT NULL,
    version     integer,
    before_hash text,
    after_hash  text,
    event_id    text
);
CREATE INDEX audit_item ON audit (item);

CREATE TABLE audit_chain (
    sealed    bigint PRIMARY KEY,
    audit_id  bigint NOT NULL UNIQUE REFERENCES audit (id),
    hash      text   NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON inbox_streams, outbox_streams, dead_letters, clocks, clock_totals TO "{role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO "{role}";
-- No screen, cascade or service can alter what the audit says.
GRANT SELECT, INSERT ON audit, audit_chain TO "{role}";
GRANT SELECT ON migrations TO "{role}";
