-- Whether an emergency approval stands: another official says so, once.
CREATE TABLE confirmations (
    story   uuid        NOT NULL,
    version integer     NOT NULL,
    note    text        NOT NULL,
    by      json        NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (story, version),
    FOREIGN KEY (story, version) REFERENCES decisions (story, version)
);
CREATE INDEX decisions_emergency ON decisions (decided_at) WHERE basis = 'emergency';

CREATE FUNCTION confirmed_by_another() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM decisions d JOIN reviews r USING (story, version)
        WHERE d.story = NEW.story AND d.version = NEW.version
          AND (d.basis <> 'emergency' OR NEW."by" ->> 'account' = ANY (
              r.authors || (r.submitted_by ->> 'account') || (d.decided_by ->> 'account')))) THEN
        RAISE EXCEPTION 'emergency approval of version % of story % is another''s to confirm', NEW.version, NEW.story
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER confirmed_by_another BEFORE INSERT ON confirmations FOR EACH ROW EXECUTE FUNCTION confirmed_by_another();
GRANT SELECT, INSERT ON confirmations TO "{role}";
