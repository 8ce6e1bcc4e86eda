-- Words that a leader took back: nobody can accept them any more.
CREATE TABLE offer_withdrawals (
    story   uuid        NOT NULL REFERENCES stories (id),
    version integer     NOT NULL CHECK (version >= 1),
    by      json        NOT NULL,
    note    text        NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (story, version)
);
GRANT SELECT, INSERT ON offer_withdrawals TO "{role}";
