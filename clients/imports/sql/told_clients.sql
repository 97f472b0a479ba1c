-- One output row: a client of the files with a document to import, and what the files hold of it: documents, cents HT.
SELECT
    staged.key_kind, staged.key, staged.name, staged.siren, staged.postcode, staged.city, staged.is_new,
    staged.leader IS NOT NULL AS is_decided, held.documents, held.cents
FROM clients_stagedclient AS staged
JOIN (
    SELECT client, count(DISTINCT (file, external_id)) AS documents, sum(cents)::bigint AS cents
    FROM clients_stagedline
    WHERE batch = %(batch)s AND fate = ''
    GROUP BY client
) AS held ON held.client = staged.number
WHERE staged.batch = %(batch)s
ORDER BY held.cents DESC, staged.name
