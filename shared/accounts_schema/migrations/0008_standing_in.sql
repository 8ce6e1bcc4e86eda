-- Who is away about now and who stands in: by it every service knows in which capacities a person acts. A day more on both
-- sides, because the office's own date decides, which the database does not know.
CREATE VIEW current_absences AS
    SELECT b.account, b.stand_in, b.kind, b.first, b.last, b.letter_number, a.capacity, a.roles
    FROM absences b JOIN accounts a USING (account)
    WHERE b.cancelled_at IS NULL AND NOT a.disabled AND b.last >= current_date - 1 AND b.first <= current_date + 1;
CREATE INDEX absences_last ON absences (last);
GRANT SELECT ON current_absences TO alurwarta_intake, alurwarta_editing, alurwarta_review, alurwarta_publisher;

-- To whom a leader may hand a Story over: leaders, and those who stand in for one.
CREATE VIEW leaders AS
    SELECT account, name, capacity, roles FROM accounts
    WHERE NOT disabled AND (roles && ARRAY['pimpinan'] OR account IN (SELECT stand_in FROM current_absences));
GRANT SELECT ON leaders TO alurwarta_review;
