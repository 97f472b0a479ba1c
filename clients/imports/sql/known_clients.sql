-- One output row: a staged client that is somebody already known, with who.
-- The first identity that answers wins: the source's own key, SIRET, SIREN and postcode, VAT number, accounting
-- auxiliary, e-mail. An identity that two clients share answers nobody; a similar name never does.
WITH staged AS (
    SELECT *
    FROM clients_stagedclient
    WHERE batch = %(batch)s AND client IS NULL
),
found AS (
    SELECT staged.number, 1 AS priority, key.client_id
    FROM staged
    JOIN clients_clientkey AS key
        ON key.source_id = %(source)s AND key.kind = staged.key_kind AND key.value = staged.key
    UNION ALL
    SELECT staged.number, 2, key.client_id
    FROM staged
    JOIN clients_clientkey AS key ON key.source_id IS NULL AND key.kind = 'siret' AND key.value = staged.siret
    WHERE staged.siret <> ''
    UNION ALL
    SELECT staged.number, 3, client.id
    FROM staged
    JOIN clients_client AS client ON client.siren = staged.siren AND client.postcode = staged.postcode
    WHERE staged.siren <> '' AND staged.postcode <> ''
    UNION ALL
    SELECT staged.number, 4, key.client_id
    FROM staged
    JOIN clients_clientkey AS key ON key.source_id IS NULL AND key.kind = 'vat' AND key.value = staged.vat_number
    WHERE staged.vat_number <> ''
    UNION ALL
    SELECT staged.number, 5, key.client_id
    FROM staged
    JOIN clients_clientkey AS key ON key.kind = 'account' AND key.value = staged.account
    JOIN clients_source AS other ON other.id = key.source_id
    JOIN clients_source AS own ON own.id = %(source)s
    -- Two sets of books number their auxiliaries alike and mean different clients: only a table may point into books.
    WHERE staged.account <> '' AND (own.kind = 'table') <> (other.kind = 'table')
    UNION ALL
    SELECT staged.number, 6, client.id
    FROM staged
    JOIN clients_client AS client ON lower(client.email) = staged.email
    WHERE staged.email <> ''
),
answers AS (
    SELECT number, priority, min(client_id) AS client_id
    FROM found
    GROUP BY number, priority
    HAVING count(DISTINCT client_id) = 1
),
best AS (
    SELECT DISTINCT ON (number) number, client_id
    FROM answers
    ORDER BY number, priority
)
UPDATE clients_stagedclient AS staged
SET client = best.client_id
FROM best
WHERE staged.batch = %(batch)s AND staged.number = best.number
