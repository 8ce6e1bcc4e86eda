-- Files are checked in two lanes; what they tell about themselves is private and stays here.
ALTER TABLE media
    ADD COLUMN long       boolean NOT NULL DEFAULT false,
    ADD COLUMN facts      json,
    ADD COLUMN quarantine text,
    ADD COLUMN crashes    integer NOT NULL DEFAULT 0,
    ADD COLUMN since      timestamptz NOT NULL DEFAULT now(),
    DROP CONSTRAINT media_state_check,
    ADD CONSTRAINT media_state_check CHECK (state IN ('checking', 'accepted', 'refused', 'erased'));
ALTER TABLE requests
    ADD COLUMN long boolean NOT NULL DEFAULT false,
    ADD COLUMN away integer NOT NULL DEFAULT 0;

DROP INDEX media_checking;
CREATE INDEX media_checking ON media (long, next_at) WHERE state = 'checking';
CREATE INDEX media_waiting ON media (since) WHERE state = 'checking';
DROP INDEX requests_checking;
CREATE INDEX requests_checking ON requests (long, next_at) WHERE state = 'checking';
-- Which files lie, or lay, at a key of the incoming bucket.
CREATE INDEX media_incoming ON media (incoming) WHERE incoming IS NOT NULL;
