-- Who may sign what review prints, as their account says; the NIP goes onto the paper and nowhere else.
CREATE VIEW signatures AS
    SELECT account, name, capacity, rank, nip FROM accounts WHERE NOT disabled AND roles && ARRAY['pimpinan'];
GRANT SELECT ON signatures TO alurwarta_review;
