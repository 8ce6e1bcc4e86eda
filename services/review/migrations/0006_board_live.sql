-- The board tells that it changed, each stage is read by itself, and every item is found by its words.

-- Moved by whoever changes the board. A sequence, so that no two of them wait for each other.
CREATE SEQUENCE board_revision;
GRANT USAGE, SELECT ON SEQUENCE board_revision TO "{role}";

CREATE INDEX board_clocks_stage ON board_clocks (stage, due_at) WHERE closed_at IS NULL;

-- Words as they are written and by their stems (memperbaiki, perbaikan: baik); `b:` and the Bidang, so that looking among
-- one Bidang's items reads no other's. COVID-19 and 5/2026 are two words each.
ALTER TABLE board_items ADD COLUMN words tsvector GENERATED ALWAYS AS (
    to_tsvector('simple', translate(title, '-/', '  ')) || to_tsvector('indonesian', translate(title, '-/', '  '))
    || array_to_tsvector(ARRAY['b:' || coalesce(unit, '')])
) STORED;
CREATE INDEX board_items_words ON board_items USING gin (words);
-- The number that another system gave its request.
CREATE INDEX board_items_request ON board_items ((facts #>> '{told,request,id}'))
    WHERE facts #>> '{told,request,id}' IS NOT NULL;
