-- A reader's key ends, and is rotated without a pause: the key before the newest stays good until a set time.
ALTER TABLE readers ADD COLUMN expires_at timestamptz;
ALTER TABLE readers ADD COLUMN former_sha256 bytea UNIQUE;
ALTER TABLE readers ADD COLUMN former_until timestamptz;
ALTER TABLE readers ADD CHECK ((former_sha256 IS NULL) = (former_until IS NULL));
