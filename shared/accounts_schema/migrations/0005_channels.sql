-- Which channels the office uses, and which hold the publisher's clock; they follow the SOP's file as text.
CREATE TABLE channels (
    code       text PRIMARY KEY CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$' AND code <> 'site'),
    used       boolean     NOT NULL,
    required   boolean     NOT NULL,
    changed_by text        NOT NULL,
    changed_at timestamptz NOT NULL,
    CHECK (used OR NOT required)
);
GRANT SELECT, INSERT, UPDATE ON channels TO alurwarta_intake;
