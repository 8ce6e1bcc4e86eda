-- What a Decision rests on, in the table and not in code alone; disposisi; what PPID decided on proposals to withhold.

-- Within one transaction a newer Version may stand beside the one that it takes the place of; never after it.
ALTER TABLE reviews
    ADD CONSTRAINT reviews_one_open EXCLUDE USING btree (story WITH =) WHERE (state = 'open') DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT reviews_content UNIQUE (story, version, content_sha256);

-- `mandate` is the letter by which a stand-in decided; `basis` is `amendment` where an Admin accepted a leader's own words.
ALTER TABLE decisions
    ADD COLUMN mandate         text NOT NULL DEFAULT '',
    ADD COLUMN basis           text NOT NULL DEFAULT 'regular' CHECK (basis IN ('regular', 'emergency', 'amendment')),
    ADD COLUMN clause          text CHECK (clause ~ '^[a-j]$'),
    ADD COLUMN duration        text NOT NULL DEFAULT '',
    ADD COLUMN proposal        json,
    ADD COLUMN proposal_sha256 text CHECK (proposal_sha256 ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT decisions_bind_to_content
        FOREIGN KEY (story, version, content_sha256) REFERENCES reviews (story, version, content_sha256),
    ADD CONSTRAINT decisions_withheld_has_ground CHECK (decision <> 'withheld' OR legal_basis <> ''),
    ADD CONSTRAINT decisions_emergency_approves CHECK (basis = 'regular' OR decision = 'approved'),
    ADD CONSTRAINT decisions_proposal_returns
        CHECK ((proposal IS NULL) = (proposal_sha256 IS NULL) AND (proposal IS NULL OR decision = 'returned'));
CREATE INDEX decisions_withheld ON decisions (decided_at) WHERE decision = 'withheld';

-- Four eyes: nobody decides on what they wrote or submitted, whatever the code that asks.
CREATE FUNCTION decisions_by_another() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.basis <> 'emergency' AND EXISTS (
        SELECT FROM reviews r WHERE r.story = NEW.story AND r.version = NEW.version
          AND NEW.decided_by ->> 'account' = ANY (r.authors || (r.submitted_by ->> 'account'))) THEN
        RAISE EXCEPTION 'who wrote version % of story % may not decide on it', NEW.version, NEW.story
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_by_another BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION decisions_by_another();

-- A Version laid before the other leader with a note; whoever decides first still decides.
CREATE TABLE dispositions (
    id      uuid        PRIMARY KEY,
    story   uuid        NOT NULL,
    version integer     NOT NULL,
    to_whom json        NOT NULL,
    note    text        NOT NULL,
    by      json        NOT NULL,
    at      timestamptz NOT NULL,
    FOREIGN KEY (story, version) REFERENCES reviews (story, version)
);
CREATE INDEX dispositions_story ON dispositions (story, version, at);

-- What PPID answered on a proposal: only with its number, date and consequence test does it enter the register (UU 14/2008,
-- article 19). One answer each; the register is this table and nothing that the public reads.
CREATE TABLE ppid_decisions (
    story            uuid        NOT NULL,
    version          integer     NOT NULL,
    outcome          text        NOT NULL CHECK (outcome IN ('exempt', 'open')),
    number           text        NOT NULL CHECK (number <> ''),
    decided_on       date        NOT NULL,
    consequence_test text        NOT NULL CHECK (consequence_test <> ''),
    until            date,
    duration         text        NOT NULL DEFAULT '',
    recorded_by      json        NOT NULL,
    recorded_at      timestamptz NOT NULL,
    PRIMARY KEY (story, version),
    FOREIGN KEY (story, version) REFERENCES decisions (story, version)
);
CREATE UNIQUE INDEX ppid_decisions_register ON ppid_decisions (decided_on, story, version);

GRANT SELECT, INSERT ON dispositions, ppid_decisions TO "{role}";
CREATE VIEW withheld_register AS
    SELECT d.story, d.version, r.title, r.origins, d.clause, d.legal_basis, d.decided_by, d.decided_at,
           coalesce(p.until, d.until) AS until, coalesce(nullif(p.duration, ''), d.duration) AS duration,
           p.outcome, p.number, p.decided_on, p.consequence_test, p.recorded_by, p.recorded_at
    FROM decisions d JOIN reviews r USING (story, version) LEFT JOIN ppid_decisions p USING (story, version)
    WHERE d.decision = 'withheld' AND NOT r.practice;
GRANT SELECT ON withheld_register TO "{role}";
