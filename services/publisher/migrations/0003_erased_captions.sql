-- Captions travel inside their video: an approval that arrives later must not bring erased ones back with it.
ALTER TABLE erased_media ADD COLUMN renditions text[] NOT NULL DEFAULT '{}';
CREATE INDEX erased_media_renditions ON erased_media USING gin (renditions);
