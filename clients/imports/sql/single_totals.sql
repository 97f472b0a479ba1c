-- One output row: a line that repeats the total of its document. Only the first line keeps it, without detail of its own,
-- since no line says what share of the total is its.
UPDATE clients_stagedline AS line
SET fate = CASE WHEN line.row = first.row THEN '' ELSE 'repeated-total' END, service = NULL, label = '', quantity = NULL
FROM (
    SELECT file, external_id, min("row") AS "row"
    FROM clients_stagedline
    WHERE batch = %(batch)s AND fate = '' AND external_id <> ''
    GROUP BY file, external_id
    HAVING count(*) > 1
) AS first
WHERE line.batch = %(batch)s AND line.fate = '' AND line.file = first.file AND line.external_id = first.external_id
RETURNING CASE WHEN line.fate = '' THEN 0 ELSE line.cents END
