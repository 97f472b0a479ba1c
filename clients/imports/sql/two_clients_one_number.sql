-- One output row: a line of a document whose number two clients of one file bear. It is in error, and with it the document.
UPDATE clients_stagedline AS line
SET fate = 'error'
FROM (
    SELECT file, external_id
    FROM clients_stagedline
    WHERE batch = %(batch)s AND fate = '' AND external_id <> ''
    GROUP BY file, external_id
    HAVING min(client) <> max(client)
) AS contested
WHERE line.batch = %(batch)s
    AND line.fate = ''
    AND line.file = contested.file
    AND line.external_id = contested.external_id
RETURNING line.file, line.line, line.number
