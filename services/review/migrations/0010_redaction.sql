-- What a leader takes out of a Version that is returned: passages and regions of pictures, withheld on a ground of law.
ALTER TABLE decisions
    ADD COLUMN redaction json,
    ADD CONSTRAINT decisions_redaction_has_ground CHECK (
        redaction IS NULL OR (decision = 'returned' AND legal_basis <> '' AND clause IS NOT NULL AND proposal IS NULL));
