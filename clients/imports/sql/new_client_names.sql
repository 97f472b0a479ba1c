-- One output row: a staged client without code whose exact name is that of one client found or made by a legal identity
-- in the same files, with that client.
UPDATE clients_stagedclient AS staged
SET client = identified.client
FROM (
    SELECT lower(regexp_replace(name, '\s+', ' ', 'g')) AS name, min(client) AS client
    FROM clients_stagedclient
    WHERE batch = %(batch)s AND client IS NOT NULL AND key_kind IN ('siret', 'vat')
    GROUP BY lower(regexp_replace(name, '\s+', ' ', 'g'))
    HAVING count(DISTINCT client) = 1
) AS identified
WHERE staged.batch = %(batch)s
    AND staged.client IS NULL
    AND staged.key_kind = 'name'
    AND staged.key = identified.name
