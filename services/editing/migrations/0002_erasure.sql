-- Erasure by law (UU PDP) empties files within the Versions of these Reports that show them; all else of a Version stays as
-- it was saved. The role itself still cannot change a Version: all that it may do is this.
CREATE FUNCTION erase_files(gone uuid[], reports uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    UPDATE versions v SET content = jsonb_set(v.content, '{media}', (
        SELECT jsonb_agg(
            CASE WHEN (m ->> 'id')::uuid = ANY (gone)
                 THEN jsonb_build_object('id', m -> 'id', 'report', m -> 'report', 'name', 'berkas yang dihapus',
                                         'kind', m -> 'kind', 'renditions', '[]'::jsonb)
                 ELSE m END ORDER BY n)
        FROM jsonb_array_elements(v.content -> 'media') WITH ORDINALITY AS x (m, n)))
    WHERE v.story IN (SELECT sr.story FROM story_reports sr WHERE sr.report = ANY (reports))
      AND EXISTS (SELECT FROM jsonb_array_elements(v.content -> 'media') AS m WHERE (m ->> 'id')::uuid = ANY (gone));
$$;
REVOKE ALL ON FUNCTION erase_files(uuid[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_files(uuid[], uuid[]) TO "{role}";
