-- Which Versions each leader has opened, so that the next one can be shown by what changed since.
CREATE TABLE seen (
    account text        NOT NULL,
    story   uuid        NOT NULL REFERENCES stories (story),
    version integer     NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (account, story, version)
);
GRANT SELECT, INSERT ON seen TO "{role}";
