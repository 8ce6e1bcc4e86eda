-- A channel may be required for some topics alone.
ALTER TABLE channels ADD COLUMN topics text[] NOT NULL DEFAULT '{}';
