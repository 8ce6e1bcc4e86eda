-- Erasure by law (UU PDP) empties files within the Versions that show them; the hash of what was submitted stays. The role
-- itself still cannot change a Version: all that it may do is this.
CREATE FUNCTION erase_files(gone uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE reviews r SET content = jsonb_set(r.content::jsonb, '{media}', (
        SELECT jsonb_agg(
            CASE WHEN (m ->> 'id')::uuid = ANY (gone)
                 THEN jsonb_build_object('id', m -> 'id', 'report', m -> 'report', 'name', 'berkas yang dihapus',
                                         'kind', m -> 'kind', 'renditions', '[]'::jsonb)
                 ELSE m END ORDER BY n)
        FROM jsonb_array_elements(r.content::jsonb -> 'media') WITH ORDINALITY AS x (m, n)))::json
    WHERE r.media && gone;
$$;
REVOKE ALL ON FUNCTION erase_files(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_files(uuid[]) TO "{role}";
