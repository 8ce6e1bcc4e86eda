-- The board: every item with its clocks of all four stages, folded from the events of all four topics.
-- Any order of arrival gives the same rows, and they can be made again from the events.

-- One row per Report and per Story: the lock of all that is folded of it, and what the events told.
CREATE TABLE board_items (
    item        uuid        PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('report', 'story')),
    facts       jsonb       NOT NULL DEFAULT '{}',
    title       text        NOT NULL DEFAULT '',
    unit        text,
    practice    boolean     NOT NULL DEFAULT false,
    state       text        NOT NULL DEFAULT '',
    happened_at timestamptz,
    ended_at    timestamptz
);
CREATE INDEX board_items_under_way ON board_items (happened_at) WHERE ended_at IS NULL;

-- Which Reports a Story was compiled from.
CREATE TABLE board_links (
    report uuid NOT NULL,
    story  uuid NOT NULL,
    PRIMARY KEY (report, story)
);
CREATE INDEX board_links_story ON board_links (story);

-- Closed clocks as the stages' own events carry them; open ones derived from what opened them.
CREATE TABLE board_clocks (
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
    -- Who ended it: the person and the capacity, or another system.
    held_by          text,
    capacity         text,
    PRIMARY KEY (stage, item, cycle),
    CHECK (closed_at IS NULL OR closed_at >= opened_at),
    CHECK ((closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (punctuality IS NULL))
);
CREATE INDEX board_clocks_open ON board_clocks (due_at) WHERE closed_at IS NULL;
CREATE INDEX board_clocks_closed ON board_clocks (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX board_clocks_report ON board_clocks (report) WHERE report IS NOT NULL;
CREATE INDEX board_clocks_story ON board_clocks (story) WHERE story IS NOT NULL;

-- Why work was sent back: by the Admin to the Bidang (stage editing), by the leader to the Admin (stage review).
CREATE TABLE board_returns (
    stage   text        NOT NULL CHECK (stage IN ('editing', 'review')),
    item    uuid        NOT NULL,
    cycle   integer     NOT NULL,
    n       integer     NOT NULL,
    outcome text        NOT NULL,
    code    text        NOT NULL,
    note    text        NOT NULL DEFAULT '',
    unit    text,
    at      timestamptz NOT NULL,
    PRIMARY KEY (stage, item, cycle, n)
);
CREATE INDEX board_returns_at ON board_returns (at);

-- From the earliest activity to the public, per Story, as publisher measured it.
CREATE TABLE board_totals (
    story            uuid        PRIMARY KEY,
    unit             text,
    opened_at        timestamptz NOT NULL,
    closed_at        timestamptz NOT NULL,
    working_seconds  bigint      NOT NULL,
    elapsed_seconds  bigint      NOT NULL,
    calendar_version text        NOT NULL
);
CREATE INDEX board_totals_closed ON board_totals (closed_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON board_items, board_links, board_clocks, board_returns, board_totals TO "{role}";
