-- What waits on whom, as the events tell, and who was told of it: in the page, by e-mail, by Telegram.

-- A Report or a Story as far as it decides what waits; `facts` is services/intake/notices/facts.py.
CREATE TABLE waiting_items (
    item  uuid PRIMARY KEY,
    kind  text  NOT NULL CHECK (kind IN ('report', 'story')),
    facts jsonb NOT NULL DEFAULT '{}'
);

-- One row for each step that somebody is to take now. `due_at` by the office's calendar; `next_at` is when to look
-- whom to tell, NULL when there is nothing more to tell.
CREATE TABLE waiting (
    stage            text        NOT NULL,
    item             text        NOT NULL,
    cycle            integer     NOT NULL,
    owner            uuid        NOT NULL REFERENCES waiting_items (item),
    about            text        NOT NULL,
    lane             text        NOT NULL,
    unit             text,
    title            text        NOT NULL,
    practice         boolean     NOT NULL,
    authors          text[]      NOT NULL,
    opened_at        timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    soon_at          timestamptz NOT NULL,
    target_seconds   bigint      NOT NULL,
    kind             text        NOT NULL,
    sop_version      text        NOT NULL,
    calendar_version text        NOT NULL,
    next_at          timestamptz,
    PRIMARY KEY (stage, item, cycle)
);
CREATE INDEX waiting_by_owner ON waiting (owner);
CREATE INDEX waiting_next ON waiting (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE notices (
    id       uuid PRIMARY KEY,
    account  text        NOT NULL,
    stage    text        NOT NULL,
    item     text        NOT NULL,
    cycle    integer     NOT NULL,
    kind     text        NOT NULL CHECK (kind IN ('waits', 'due-soon', 'late')),
    about    text        NOT NULL,
    title    text        NOT NULL,
    lane     text        NOT NULL,
    practice boolean     NOT NULL,
    due_at   timestamptz NOT NULL,
    made_at  timestamptz NOT NULL,
    read_at  timestamptz,
    UNIQUE (account, stage, item, cycle, kind)
);
CREATE INDEX notices_newest ON notices (account, id);
CREATE INDEX notices_unread ON notices (account, id) WHERE read_at IS NULL;

-- How a person wants to be told. `wants` holds `<channel>/<kind>`; without a row what is usual holds.
CREATE TABLE notice_settings (
    account  text PRIMARY KEY,
    wants    text[] NOT NULL,
    whatsapp text   NOT NULL DEFAULT '' CHECK (whatsapp ~ '^(\+[1-9][0-9]{7,14})?$')
);

CREATE TABLE notice_addresses (
    account text        NOT NULL,
    channel text        NOT NULL CHECK (channel IN ('mail', 'telegram')),
    address text        NOT NULL,
    state   text        NOT NULL CHECK (state IN ('pending', 'confirmed', 'refused')),
    code    text,
    tries   integer     NOT NULL DEFAULT 0,
    problem text        NOT NULL DEFAULT '',
    set_at  timestamptz NOT NULL,
    PRIMARY KEY (account, channel)
);

-- What goes out to one person by one channel: `gathering` until it is first taken, then `sending` until it is settled.
CREATE TABLE dispatches (
    id         uuid PRIMARY KEY,
    account    text        NOT NULL,
    channel    text        NOT NULL,
    purpose    text        NOT NULL CHECK (purpose IN ('digest', 'code')),
    state      text        NOT NULL CHECK (state IN ('gathering', 'sending', 'sent', 'refused', 'dropped')),
    made_at    timestamptz NOT NULL,
    next_at    timestamptz NOT NULL,
    attempts   integer     NOT NULL DEFAULT 0,
    settled_at timestamptz,
    problem    text        NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX dispatches_gathering ON dispatches (account, channel)
    WHERE state = 'gathering' AND purpose = 'digest';
CREATE INDEX dispatches_to_do ON dispatches (channel, next_at) WHERE state IN ('gathering', 'sending');
CREATE INDEX dispatches_codes ON dispatches (account, made_at) WHERE purpose = 'code';

CREATE TABLE dispatch_lines (
    dispatch uuid NOT NULL REFERENCES dispatches (id),
    notice   uuid NOT NULL REFERENCES notices (id),
    PRIMARY KEY (dispatch, notice)
);

GRANT SELECT, INSERT, UPDATE ON waiting_items, notice_settings TO "{role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON waiting, notices, notice_addresses, dispatches, dispatch_lines TO "{role}";
