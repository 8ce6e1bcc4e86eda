-- What has to be gone from its channel, with an end and a truth of its own; and fair places for each channel.

ALTER TABLE deliveries ADD COLUMN removal text CHECK (removal IN ('due', 'by-hand', 'refused', 'done'));
ALTER TABLE deliveries ADD COLUMN removal_cause text CHECK (removal_cause IN ('taken-down', 'erased', 'left-over'));
ALTER TABLE deliveries ADD COLUMN removal_at timestamptz;
ALTER TABLE deliveries ADD COLUMN removal_tries integer NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN removal_reason text NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN removal_since timestamptz;
ALTER TABLE deliveries ADD CHECK ((removal IS NULL) = (removal_cause IS NULL));
ALTER TABLE deliveries ADD CHECK ((removal_at IS NULL) OR removal = 'due');
ALTER TABLE deliveries ADD CHECK ((removal IS NULL) = (removal_since IS NULL));
CREATE INDEX deliveries_to_remove ON deliveries (removal_at) WHERE removal_at IS NOT NULL;
CREATE INDEX deliveries_removal_open ON deliveries (story, version) WHERE removal IN ('due', 'by-hand', 'refused');
CREATE INDEX deliveries_due_of_channel ON deliveries (channel, next_at) WHERE next_at IS NOT NULL;

-- What was coming down when the system was renewed, and older Versions' own posts of what is down already.
UPDATE deliveries d SET removal = 'due', removal_cause = 'taken-down', removal_at = now(), removal_since = now(), check_at = NULL
FROM publications p
WHERE d.story = p.story AND d.version = p.version AND d.channel <> 'site'
  AND (p.state = 'taking-down' AND d.state IN ('live', 'unconfirmed')
       OR p.state = 'superseded' AND d.state = 'superseded'
          AND EXISTS (SELECT FROM publications o WHERE o.story = p.story AND o.state IN ('taking-down', 'taken-down'))
          AND NOT EXISTS (SELECT FROM publications o WHERE o.story = p.story AND o.state IN ('publishing', 'published'))
          AND NOT EXISTS (SELECT FROM deliveries n WHERE n.story = d.story AND n.channel = d.channel
                          AND n.version > d.version AND n.external_id <> '' AND n.external_id = d.external_id));
UPDATE deliveries d SET removal = 'by-hand', removal_cause = 'taken-down', removal_since = now()
FROM publications p
WHERE d.story = p.story AND d.version = p.version AND d.channel <> 'site'
  AND p.state = 'taken-down' AND d.state IN ('live', 'unconfirmed');
