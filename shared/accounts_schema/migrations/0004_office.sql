-- What the office sets on its own screens: written by intake (the front door), read by all as two texts.

ALTER TABLE accounts ADD COLUMN rank text NOT NULL DEFAULT '';
-- A person's NIP leaves this table only for the signature that is printed.
ALTER TABLE accounts ADD COLUMN nip text NOT NULL DEFAULT '' CHECK (nip ~ '^([0-9]{18})?$');

CREATE TABLE units (
    code       text PRIMARY KEY CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name       text        NOT NULL CHECK (name <> ''),
    active     boolean     NOT NULL,
    changed_by text        NOT NULL,
    changed_at timestamptz NOT NULL
);

-- What the office says of a day takes the place of what its calendar file says.
CREATE TABLE office_days (
    day        date PRIMARY KEY,
    name       text        NOT NULL CHECK (name <> ''),
    kind       text        NOT NULL CHECK (kind IN ('libur nasional', 'cuti bersama', 'libur daerah', 'hari kerja')),
    decree     text        NOT NULL CHECK (decree <> ''),
    changed_by text        NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE TABLE ramadans (
    first      date PRIMARY KEY,
    last       date        NOT NULL CHECK (last BETWEEN first AND first + 31),
    decree     text        NOT NULL CHECK (decree <> ''),
    changed_by text        NOT NULL,
    changed_at timestamptz NOT NULL,
    EXCLUDE USING gist (daterange(first, last, '[]') WITH &&)
);

CREATE TABLE letterhead (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    lines      text[]      NOT NULL,
    changed_by text        NOT NULL,
    changed_at timestamptz NOT NULL
);

-- An official who is away, and who stands in. One that has begun ends early; one that has not is cancelled; none goes.
CREATE TABLE absences (
    id            uuid PRIMARY KEY,
    account       text        NOT NULL REFERENCES accounts (account),
    stand_in      text        NOT NULL REFERENCES accounts (account),
    kind          text        NOT NULL CHECK (kind IN ('plh', 'plt')),
    first         date        NOT NULL,
    last          date        NOT NULL CHECK (last >= first),
    letter_number text        NOT NULL CHECK (letter_number <> ''),
    letter_date   date        NOT NULL,
    added_by      text        NOT NULL,
    added_at      timestamptz NOT NULL,
    cancelled_at  timestamptz,
    CHECK (account <> stand_in)
);
CREATE INDEX absences_account ON absences (account, last);

-- Both kinds as the text that follows the office's file of that name; see shared/office_files.py.
CREATE TABLE office_texts (
    kind       text PRIMARY KEY CHECK (kind IN ('calendar', 'sop')),
    body       text        NOT NULL,
    changed_at timestamptz NOT NULL
);

GRANT SELECT ON office_texts TO alurwarta_intake, alurwarta_editing, alurwarta_review, alurwarta_publisher;
GRANT INSERT, UPDATE ON office_texts TO alurwarta_intake;
GRANT SELECT, INSERT, UPDATE ON units, letterhead, absences TO alurwarta_intake;
GRANT SELECT, INSERT, UPDATE, DELETE ON office_days, ramadans TO alurwarta_intake;
