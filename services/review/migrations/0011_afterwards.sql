-- What officials do about a Decision later, and by which letter where they stand in for another.
ALTER TABLE revocations ADD COLUMN mandate text NOT NULL DEFAULT '';
ALTER TABLE confirmations ADD COLUMN mandate text NOT NULL DEFAULT '';
ALTER TABLE dispositions ADD COLUMN mandate text NOT NULL DEFAULT '';

-- Words that a leader offered (setujui dengan perbaikan) and took back before an Admin took them.
CREATE TABLE offer_withdrawals (
    story   uuid        NOT NULL,
    version integer     NOT NULL,
    note    text        NOT NULL,
    by      json        NOT NULL,
    mandate text        NOT NULL DEFAULT '',
    at      timestamptz NOT NULL,
    PRIMARY KEY (story, version),
    FOREIGN KEY (story, version) REFERENCES decisions (story, version)
);
GRANT SELECT, INSERT ON offer_withdrawals TO "{role}";

-- Whatever code accepts them, words that were taken back approve nothing.
CREATE FUNCTION offer_stands() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM offer_withdrawals w WHERE w.story = NEW.story AND w.version = (
            SELECT max(p.version) FROM decisions p WHERE p.story = NEW.story AND p.version < NEW.version)) THEN
        RAISE EXCEPTION 'the words offered for story % before version % were taken back', NEW.story, NEW.version
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offer_stands BEFORE INSERT ON decisions FOR EACH ROW WHEN (NEW.basis = 'amendment')
    EXECUTE FUNCTION offer_stands();

-- What is withheld in part is withheld: for it too there is a proposal, and the register only with PPID's decision.
CREATE OR REPLACE VIEW withheld_register AS
    SELECT d.story, d.version, r.title, r.origins, d.clause, d.legal_basis, d.decided_by, d.decided_at,
           coalesce(p.until, d.until) AS until, coalesce(nullif(p.duration, ''), d.duration) AS duration,
           p.outcome, p.number, p.decided_on, p.consequence_test, p.recorded_by, p.recorded_at,
           d.redaction IS NOT NULL AS part,
           (SELECT min(a.version) FROM decisions a JOIN reviews v USING (story, version)
            WHERE a.story = d.story AND a.version > d.version AND a.decision = 'approved'
              AND v.state IN ('approved', 'superseded')) AS approved_since
    FROM decisions d JOIN reviews r USING (story, version) LEFT JOIN ppid_decisions p USING (story, version)
    WHERE (d.decision = 'withheld' OR d.redaction IS NOT NULL) AND NOT r.practice;
DROP INDEX decisions_withheld;
CREATE INDEX decisions_withheld ON decisions (decided_at) WHERE decision = 'withheld' OR redaction IS NOT NULL;
