-- One output row: a line of a document whose number two clients of one file bear. It is in error, and with it the document.
-- Two names of one client, known to be so or decided, are one.
UPDATE clients_stagedline AS line
SET fate = 'error'
FROM (
    SELECT line.file, line.external_id
    FROM clients_stagedline AS line
    JOIN (
        SELECT number, coalesce(-client, leader, number) AS identity
        FROM clients_stagedclient
        WHERE batch = %(batch)s
    ) AS who ON who.number = line.client
    WHERE line.batch = %(batch)s AND line.fate = '' AND line.external_id <> ''
    GROUP BY line.file, line.external_id
    HAVING min(who.identity) <> max(who.identity)
) AS contested
WHERE line.batch = %(batch)s
    AND line.fate = ''
    AND line.file = contested.file
    AND line.external_id = contested.external_id
RETURNING line.file, line.line, line.number
