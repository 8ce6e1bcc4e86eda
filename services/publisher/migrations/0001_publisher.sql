-- Publications: approved Versions on their channels, and the objects that are public because of them.

-- One row per Story: what is locked, its address that never changes, and why its page is gone.
CREATE TABLE stories (
    story             uuid PRIMARY KEY,
    slug              text UNIQUE,
    taken_down_at     timestamptz,
    taken_down_reason text
);

-- Filled by `story.approved` alone.
CREATE TABLE approvals (
    story          uuid        NOT NULL REFERENCES stories,
    version        integer     NOT NULL CHECK (version >= 1),
    cycle          integer     NOT NULL CHECK (cycle >= 1),
    content        jsonb       NOT NULL,
    content_sha256 text        NOT NULL,
    origins        jsonb       NOT NULL,
    authors        jsonb       NOT NULL,
    decided_by     jsonb       NOT NULL,
    decided_at     timestamptz NOT NULL,
    not_before     timestamptz,
    urgency        text        NOT NULL,
    practice       boolean     NOT NULL,
    correction     boolean     NOT NULL,
    basis          text        NOT NULL,
    event_id       text        NOT NULL,
    traceparent    text,
    state          text        NOT NULL CHECK (state IN ('valid', 'void', 'superseded', 'revoked')),
    PRIMARY KEY (story, version)
);
CREATE INDEX approvals_media ON approvals USING gin ((content -> 'media') jsonb_path_ops);

-- A revocation that came before the approval which it revokes.
CREATE TABLE early_revocations (
    story   uuid        NOT NULL REFERENCES stories,
    version integer     NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (story, version)
);

CREATE TABLE publications (
    story        uuid    NOT NULL,
    version      integer NOT NULL,
    state        text    NOT NULL CHECK (state IN ('ready', 'publishing', 'published', 'superseded', 'void',
                                                   'taking-down', 'taken-down')),
    visible      boolean NOT NULL DEFAULT false,
    shown_at     timestamptz,
    started_by   jsonb,
    started_at   timestamptz,
    published_at timestamptz,
    ended_by     jsonb,
    ended_reason text    NOT NULL DEFAULT '',
    PRIMARY KEY (story, version),
    FOREIGN KEY (story, version) REFERENCES approvals,
    CHECK (NOT visible OR state IN ('publishing', 'published'))
);
CREATE UNIQUE INDEX publications_one_page ON publications (story) WHERE visible;
CREATE INDEX publications_newest ON publications (shown_at DESC, story) WHERE visible;
CREATE INDEX publications_at_work ON publications (state) WHERE state IN ('ready', 'publishing', 'taking-down');

-- Deny by default, below every line of the program: no page without an approval that stands.
CREATE FUNCTION publications_need_approval() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM approvals a WHERE a.story = NEW.story AND a.version = NEW.version
                   AND a.state IN ('valid', 'superseded') AND NOT a.practice) THEN
        RAISE EXCEPTION 'story % version % has no approval that stands', NEW.story, NEW.version USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publications_need_approval BEFORE INSERT OR UPDATE ON publications
    FOR EACH ROW WHEN (NEW.visible) EXECUTE FUNCTION publications_need_approval();

-- `next_at` is when a delivery is taken up again; while `sending` it ends the lease of the worker that sends.
CREATE TABLE deliveries (
    story    uuid    NOT NULL,
    version  integer NOT NULL,
    channel  text    NOT NULL,
    required boolean NOT NULL,
    state    text    NOT NULL CHECK (state IN ('waiting', 'sending', 'live', 'unconfirmed', 'failed', 'void',
                                               'superseded', 'taken-down')),
    url      text    NOT NULL DEFAULT '',
    way      text    CHECK (way IN ('fetched', 'api', 'attested')),
    reason   text    NOT NULL DEFAULT '',
    tries    integer NOT NULL DEFAULT 0,
    next_at  timestamptz,
    PRIMARY KEY (story, version, channel),
    FOREIGN KEY (story, version) REFERENCES publications,
    CHECK ((state = 'live') <= (way IS NOT NULL))
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_sending ON deliveries (story, version) WHERE state = 'sending';

-- What lies, or may lie, in the public bucket. A row being deleted keeps others from counting on the object.
CREATE TABLE public_objects (
    key      text PRIMARY KEY,
    deleting boolean NOT NULL DEFAULT false
);

-- Which Publication needs which object, and where it is copied from; dropped when the page no longer shows it.
CREATE TABLE public_references (
    story        uuid    NOT NULL,
    version      integer NOT NULL,
    key          text    NOT NULL,
    bucket       text    NOT NULL,
    source_key   text    NOT NULL,
    sha256       text    NOT NULL,
    size         bigint  NOT NULL,
    content_type text    NOT NULL,
    dropped_at   timestamptz,
    PRIMARY KEY (story, version, key),
    FOREIGN KEY (story, version) REFERENCES publications
);
CREATE INDEX public_references_key ON public_references (key);

-- Files erased for good (UU PDP): an approval that arrives later must not bring them back.
CREATE TABLE erased_media (
    media uuid PRIMARY KEY,
    at    timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON stories, publications, deliveries, public_references TO "{role}";
GRANT SELECT, INSERT, UPDATE (content, state) ON approvals TO "{role}";
GRANT SELECT, INSERT ON early_revocations, erased_media TO "{role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON public_objects TO "{role}";
