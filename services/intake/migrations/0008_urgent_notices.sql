-- What is told at any hour goes out by itself: it neither waits for a digest of the morning nor lets one out at night.
ALTER TABLE dispatches DROP CONSTRAINT dispatches_purpose_check;
ALTER TABLE dispatches ADD CONSTRAINT dispatches_purpose_check CHECK (purpose IN ('digest', 'urgent', 'code'));
CREATE UNIQUE INDEX dispatches_gathering_apart ON dispatches (account, channel, purpose)
    WHERE state = 'gathering' AND purpose <> 'code';
