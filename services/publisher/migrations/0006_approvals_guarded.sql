-- What was approved stays what was approved: of its content only files and their places go (UU PDP), and what was revoked
-- stands no more.
CREATE FUNCTION approvals_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.content - 'media' - 'body') <> (OLD.content - 'media' - 'body')
       OR EXISTS (SELECT jsonb_array_elements(NEW.content -> 'body') EXCEPT ALL
                  SELECT jsonb_array_elements(OLD.content -> 'body'))
       OR EXISTS (SELECT b FROM jsonb_array_elements(OLD.content -> 'body') b WHERE b ->> 'kind' <> 'figure'
                  EXCEPT ALL SELECT jsonb_array_elements(NEW.content -> 'body'))
       OR EXISTS (SELECT m - 'renditions' FROM jsonb_array_elements(NEW.content -> 'media') m EXCEPT ALL
                  SELECT m - 'renditions' FROM jsonb_array_elements(OLD.content -> 'media') m)
       OR EXISTS (SELECT m -> 'id', r FROM jsonb_array_elements(NEW.content -> 'media') m,
                         jsonb_array_elements(m -> 'renditions') r EXCEPT ALL
                  SELECT m -> 'id', r FROM jsonb_array_elements(OLD.content -> 'media') m,
                         jsonb_array_elements(m -> 'renditions') r)
    THEN
        RAISE EXCEPTION 'the approved content of story % version % is not to be changed', NEW.story, NEW.version
            USING ERRCODE = '23514';
    END IF;
    IF OLD.state IN ('void', 'revoked') AND NEW.state NOT IN ('void', 'revoked') THEN
        RAISE EXCEPTION 'the approval of story % version % stands no more', NEW.story, NEW.version USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approvals_stay BEFORE UPDATE ON approvals FOR EACH ROW EXECUTE FUNCTION approvals_stay();

-- Nor a page of what is classified as exempt, whatever was approved.
CREATE OR REPLACE FUNCTION publications_need_approval() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM approvals a WHERE a.story = NEW.story AND a.version = NEW.version
                   AND a.state IN ('valid', 'superseded') AND NOT a.practice
                   AND a.content ->> 'information_class' IS DISTINCT FROM 'dikecualikan') THEN
        RAISE EXCEPTION 'story % version % has no approval that stands', NEW.story, NEW.version USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
