-- One output row: a line of a table without invoice number, given the identity client/date/amount/k, k counting the equal
-- rows of its file in the order of what they hold, so that shuffling the file changes nothing.
UPDATE clients_stagedline AS line
SET external_id = known.external_id
FROM (
    SELECT
        line.row,
        left(client.key, 300) || '/' || line.issued_on || '/' || (line.cents::numeric / 100)::numeric(14, 2) || '/'
        || row_number() OVER (
            PARTITION BY line.file, line.client, line.issued_on, line.cents
            ORDER BY coalesce(service.code, ''), line.label, line.quantity, line.status, line.kind, line.row
        ) AS external_id
    FROM clients_stagedline AS line
    JOIN clients_stagedclient AS client ON client.batch = line.batch AND client.number = line.client
    LEFT JOIN clients_stagedservice AS service ON service.batch = line.batch AND service.number = line.service
    WHERE line.batch = %(batch)s AND line.external_id = '' AND line.fate = ''
) AS known
WHERE line.batch = %(batch)s AND line.row = known.row
