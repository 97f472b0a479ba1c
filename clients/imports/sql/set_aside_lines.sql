-- One output row: a sound line whose document has another line in error. Without a readable date, all the documents of
-- its number are in doubt.
UPDATE clients_stagedline AS line
SET fate = 'set-aside'
FROM (
    SELECT DISTINCT file, number, date_part('year', issued_on) AS year
    FROM clients_stagedline
    WHERE batch = %(batch)s AND fate = 'error' AND number <> ''
) AS wrong
WHERE line.batch = %(batch)s
    AND line.fate = ''
    AND line.file = wrong.file
    AND line.number = wrong.number
    AND (wrong.year IS NULL OR date_part('year', line.issued_on) = wrong.year)
