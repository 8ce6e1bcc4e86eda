-- In which words the office tells of a Story on a channel for which no words were approved.

CREATE TABLE channel_templates (
    channel    text        PRIMARY KEY,
    template   text        NOT NULL CHECK (template <> ''),
    changed_by text        NOT NULL,
    changed_at timestamptz NOT NULL
);

GRANT SELECT ON channel_templates TO "{role}";
