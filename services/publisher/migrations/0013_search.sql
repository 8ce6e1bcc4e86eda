-- Words are found by their stems too (diperbaiki, perbaikan: baik), and titles by what is spelt nearly so.

-- Generated from the words themselves, so that whoever writes a page writes its stems.
CREATE FUNCTION stems_of(words tsvector) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(
               '''' || replace(replace(stem, '\', '\\'), '''', '''''') || ''':' ||
               (SELECT string_agg(p || w, ',') FROM unnest(positions, weights) AS at (p, w)), ' '), '')::tsvector
    FROM unnest(words) AS found (lexeme, positions, weights),
         unnest(ts_lexize('pg_catalog.indonesian_stem', lexeme)) AS stem
    WHERE stem <> ''
$$;
ALTER TABLE pages ADD COLUMN stems tsvector GENERATED ALWAYS AS (stems_of(words)) STORED;
CREATE INDEX pages_stems ON pages USING gin (stems);

-- Where the server has no pg_trgm, or the owner may not add it, the search goes without.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXECUTE (SELECT format('CREATE INDEX pages_titles ON pages USING gin (title %s.gin_trgm_ops)', extnamespace::regnamespace)
             FROM pg_extension WHERE extname = 'pg_trgm');
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE NOTICE 'pg_trgm is not there: titles are not found by what is spelt nearly so';
END $$;

-- A Bidang's feed is in the order of the last change; an older publisher leaves it unsaid, and then a page comes last.
ALTER TABLE page_units ADD COLUMN shown_at timestamptz;
UPDATE page_units u SET shown_at = g.shown_at FROM pages g WHERE g.story = u.story;
CREATE INDEX page_units_changed ON page_units (unit, shown_at DESC NULLS LAST, story DESC);
