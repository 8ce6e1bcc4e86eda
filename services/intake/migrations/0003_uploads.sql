-- Uploads in parts, in whose name each counts, and how long what ends nowhere is kept.
-- `unit` is who it counts for: a Bidang, `sumber:…` another system, `akun:…` a person without a Bidang.
-- `parts_id` is the store's id of an upload in parts, `part_size` the size of each but the last.
ALTER TABLE uploads
    ADD COLUMN unit         text,
    ADD COLUMN parts_id     text,
    ADD COLUMN part_size    integer,
    ADD COLUMN completed_at timestamptz,
    ADD COLUMN kept_until   timestamptz,
    DROP CONSTRAINT uploads_state_check,
    ADD CONSTRAINT uploads_state_check CHECK (state IN ('open', 'complete', 'swept'));
UPDATE uploads SET kept_until = created_at + interval '90 days',
                   completed_at = CASE WHEN state = 'complete' THEN created_at END;
-- A replica of before writes none while it is replaced.
ALTER TABLE uploads ALTER COLUMN kept_until SET DEFAULT now() + interval '90 days', ALTER COLUMN kept_until SET NOT NULL;
CREATE INDEX uploads_by_end ON uploads (kept_until);
CREATE INDEX uploads_by_hash ON uploads (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX uploads_in_parts ON uploads (parts_id) WHERE parts_id IS NOT NULL;

-- How much each has begun to upload on one day of the office, counted as it begins: of two at once that would pass
-- the limit together, the second is refused.
CREATE TABLE upload_days (
    unit  text   NOT NULL,
    day   date   NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (unit, day)
);

GRANT DELETE ON uploads TO "{role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON upload_days TO "{role}";
