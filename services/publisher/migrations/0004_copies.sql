-- How often something was copied to where an object lies: who deletes it forgets it only where nothing came since.
ALTER TABLE public_objects ADD COLUMN copies bigint NOT NULL DEFAULT 0;
-- When its deletion last failed: the others come first.
ALTER TABLE public_objects ADD COLUMN tried_at timestamptz;
-- The ETag under which its bytes were hashed and found right: what still has it is not hashed again.
ALTER TABLE public_objects ADD COLUMN verified_etag text;
