-- What strangers read, a row for each Story that is visible now: lists, search, feeds and sitemaps touch no content.

-- Each Version that took the place of one which the public had read: when, and in words what differs.
CREATE TABLE corrections (
    story   uuid        NOT NULL,
    version integer     NOT NULL,
    at      timestamptz NOT NULL,
    what    text        NOT NULL,
    PRIMARY KEY (story, version),
    FOREIGN KEY (story, version) REFERENCES publications
);

CREATE SEQUENCE page_revisions;

-- `revision` is another at each writing: a page in memory, or in a cache, is as good as its revision. `cover` is the file
-- that stands for the Story in a list, `responsible` the capacity of who approved it, `kinds` those of its files.
CREATE TABLE pages (
    story             uuid        PRIMARY KEY,
    version           integer     NOT NULL,
    revision          bigint      NOT NULL DEFAULT nextval('page_revisions'),
    slug              text        NOT NULL UNIQUE,
    title             text        NOT NULL,
    lead              text        NOT NULL,
    topic             text,
    tags              text[]      NOT NULL,
    units             text[]      NOT NULL,
    kinds             text[]      NOT NULL,
    information_class text        NOT NULL CHECK (information_class <> 'dikecualikan'),
    responsible       text        NOT NULL,
    cover             jsonb,
    corrections       jsonb       NOT NULL,
    first_shown_at    timestamptz NOT NULL,
    shown_at          timestamptz NOT NULL,
    modified_at       timestamptz NOT NULL,
    words             tsvector    NOT NULL,
    FOREIGN KEY (story, version) REFERENCES publications
);
CREATE INDEX pages_in_order ON pages (first_shown_at, story) INCLUDE (modified_at);
CREATE INDEX pages_changed ON pages (shown_at, story);
CREATE INDEX pages_words ON pages USING gin (words);

-- The same Stories for each Bidang that has a part in them, and for their topic, in the order of its list. Tables of
-- their own, so that no plan walks through all pages in search of the few of one that is old or rare.
CREATE TABLE page_units (
    unit           text        NOT NULL,
    first_shown_at timestamptz NOT NULL,
    story          uuid        NOT NULL REFERENCES pages ON DELETE CASCADE,
    PRIMARY KEY (unit, first_shown_at, story)
);
CREATE INDEX page_units_of ON page_units (story);
CREATE TABLE page_topics (
    topic          text        NOT NULL,
    first_shown_at timestamptz NOT NULL,
    shown_at       timestamptz NOT NULL,
    story          uuid        NOT NULL REFERENCES pages ON DELETE CASCADE,
    PRIMARY KEY (topic, first_shown_at, story)
);
CREATE INDEX page_topics_changed ON page_topics (topic, shown_at, story);
CREATE INDEX page_topics_of ON page_topics (story);

-- The live post of one channel, which may be the canonical address.
CREATE INDEX deliveries_elsewhere ON deliveries (story, channel) WHERE state = 'live' AND channel = 'wordpress';

-- What a row of `pages` says, from the approval itself; of a Story whose approval does not stand it has no row.
CREATE VIEW visible_stories AS
SELECT s.story, p.version, s.slug, a.content ->> 'title' AS title, coalesce(a.content ->> 'lead', '') AS lead,
       a.content ->> 'topic' AS topic,
       ARRAY(SELECT jsonb_array_elements_text(a.content -> 'tags')) AS tags,
       ARRAY(SELECT o.origin ->> 'unit' FROM jsonb_array_elements(a.origins) WITH ORDINALITY AS o (origin, n)
             GROUP BY 1 ORDER BY min(o.n)) AS units,
       ARRAY(SELECT m.file ->> 'kind' FROM jsonb_array_elements(a.content -> 'media') WITH ORDINALITY AS m (file, n)
             WHERE jsonb_array_length(m.file -> 'renditions') > 0 GROUP BY 1 ORDER BY min(m.n)) AS kinds,
       coalesce(a.content ->> 'information_class', 'berkala') AS information_class,
       coalesce(a.decided_by ->> 'capacity', '') AS responsible,
       (SELECT m.file - 'consent' - 'consent_note' - 'shows' - 'licence'
        FROM jsonb_array_elements(a.content -> 'media') WITH ORDINALITY AS m (file, n)
        WHERE jsonb_path_exists(m.file,
                  '$.renditions[*] ? (@.label <> "text" && @.content_type starts with "image/")')
          AND (m.file ->> 'kind' = 'image' OR jsonb_path_exists(m.file,
                  '$.renditions[*] ? (@.label <> "text" && (@.content_type starts with "video/"
                       || @.content_type starts with "audio/" || @.content_type == "application/pdf"))'))
        ORDER BY m.file ->> 'kind' = 'document', m.n LIMIT 1) AS cover,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('at', c.at, 'what', c.what) ORDER BY c.version), '[]')
        FROM corrections c WHERE c.story = s.story AND c.version <= p.version) AS corrections,
       (SELECT min(e.shown_at) FROM publications e WHERE e.story = s.story) AS first_shown_at,
       p.shown_at,
       -- Cut off, for a tsvector has a limit, and no Story may be held back by its own length.
       setweight(to_tsvector('simple', a.content ->> 'title'), 'A')
       || setweight(to_tsvector('simple', concat_ws(' ', a.content ->> 'lead', a.content ->> 'topic',
              (SELECT string_agg(t, ' ') FROM jsonb_array_elements_text(a.content -> 'tags') t))), 'B')
       || setweight(to_tsvector('simple', left(concat_ws(' ',
              (SELECT string_agg(t #>> '{}', ' ') FROM jsonb_path_query(a.content, 'strict $.body.**.text', '{}', true) t),
              (SELECT string_agg(t #>> '{}', ' ') FROM jsonb_path_query(a.content, '$.media[*].caption') t)),
              100000)), 'C') AS words
FROM stories s
JOIN publications p ON p.story = s.story AND p.visible AND p.shown_at IS NOT NULL
JOIN approvals a ON a.story = p.story AND a.version = p.version AND a.state IN ('valid', 'superseded')
     AND NOT a.practice AND a.content ->> 'information_class' IS DISTINCT FROM 'dikecualikan'
WHERE s.slug IS NOT NULL;

-- Deny by default, below every line of the program: no row without a visible Version whose approval stands, and a row
-- goes with it, whoever hides the Version or takes the approval back.
CREATE FUNCTION pages_need_approval() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM publications p JOIN approvals a USING (story, version)
                   WHERE p.story = NEW.story AND p.version = NEW.version AND p.visible
                   AND a.state IN ('valid', 'superseded') AND NOT a.practice
                   AND a.content ->> 'information_class' IS DISTINCT FROM 'dikecualikan') THEN
        RAISE EXCEPTION 'story % version % is not visible by an approval that stands', NEW.story, NEW.version
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pages_need_approval BEFORE INSERT OR UPDATE ON pages
    FOR EACH ROW EXECUTE FUNCTION pages_need_approval();

CREATE FUNCTION pages_go() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM pages WHERE story = NEW.story AND version = NEW.version;
    RETURN NULL;
END $$;
CREATE TRIGGER pages_go AFTER UPDATE ON publications
    FOR EACH ROW WHEN (OLD.visible AND NOT NEW.visible) EXECUTE FUNCTION pages_go();
CREATE TRIGGER pages_go AFTER UPDATE ON approvals
    FOR EACH ROW WHEN (NEW.state NOT IN ('valid', 'superseded') OR NEW.practice) EXECUTE FUNCTION pages_go();

-- What is public already. Of what changed before, nothing finer than its parts can be told here.
INSERT INTO corrections (story, version, at, what)
SELECT p.story, p.version, p.shown_at, coalesce('Yang berubah: ' || nullif(concat_ws(', ',
           CASE WHEN a.content ->> 'title' IS DISTINCT FROM b.content ->> 'title' THEN 'judul' END,
           CASE WHEN a.content ->> 'lead' IS DISTINCT FROM b.content ->> 'lead' THEN 'ringkasan' END,
           CASE WHEN a.content -> 'body' IS DISTINCT FROM b.content -> 'body' THEN 'isi' END,
           CASE WHEN a.content -> 'media' IS DISTINCT FROM b.content -> 'media' THEN 'foto dan berkas' END), '') || '.',
       'Isi yang tampil tidak berubah.')
FROM publications p
JOIN approvals a USING (story, version)
JOIN LATERAL (SELECT o.version FROM publications o WHERE o.story = p.story AND o.version < p.version
              AND o.shown_at IS NOT NULL ORDER BY o.version DESC LIMIT 1) older ON true
JOIN approvals b ON b.story = p.story AND b.version = older.version
WHERE p.shown_at IS NOT NULL;

WITH shown AS (
    INSERT INTO pages (story, version, slug, title, lead, topic, tags, units, kinds, information_class, responsible,
                       cover, corrections, first_shown_at, shown_at, modified_at, words)
    SELECT story, version, slug, title, lead, topic, tags, units, kinds, information_class, responsible, cover,
           corrections, first_shown_at, shown_at, shown_at, words FROM visible_stories
    RETURNING units, first_shown_at, story)
INSERT INTO page_units SELECT unnest(units), first_shown_at, story FROM shown;
INSERT INTO page_topics SELECT topic, first_shown_at, shown_at, story FROM pages WHERE topic IS NOT NULL;

GRANT SELECT, INSERT ON corrections TO "{role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON pages TO "{role}";
GRANT SELECT, INSERT, DELETE ON page_units, page_topics TO "{role}";
GRANT SELECT ON visible_stories TO "{role}";
GRANT USAGE ON page_revisions TO "{role}";
