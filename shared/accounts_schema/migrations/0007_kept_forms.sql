-- What somebody had typed goes with them to the provider and back: sealed with intake's key, and gone after ten minutes.
ALTER TABLE provider_requests ADD COLUMN kept bytea CHECK (octet_length(kept) <= 1100000);

-- The token of a page's forms says for whom the page was, so that what is kept of a form is shown to nobody else, even
-- when its session is gone. Only what stands before the point is secret; `shared.web.typed_by_another` reads the rest.
CREATE OR REPLACE VIEW current_sessions AS
    SELECT s.token_hash, a.account, a.name, a.capacity, a.roles, a.unit,
           s.csrf || '.' || left(encode(sha256(convert_to(s.csrf || ':' || a.account, 'UTF8')), 'hex'), 16) AS csrf,
           s.expires_at, a.language, s.number, s.fresh_at > now() - interval '15 minutes' AS fresh,
           ceil(extract(epoch FROM least(s.expires_at, s.seen_at + s.idle) - now()))::integer AS seconds_left
    FROM sessions s JOIN accounts a USING (account)
    WHERE NOT a.disabled AND s.expires_at > now() AND s.seen_at > now() - s.idle;
