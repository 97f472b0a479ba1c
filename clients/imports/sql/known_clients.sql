-- One output row: a staged client that is somebody already known, with who.
-- The first identity that answers wins: the source's own key, SIRET, SIREN and postcode, VAT number, accounting
-- auxiliary, e-mail. An identity that two clients share answers nobody; a similar name never does. Who was merged into
-- another is that other.
WITH RECURSIVE followed AS (
    SELECT merged.id, merged.merged_into_id AS into_id
    FROM clients_client AS merged
    WHERE merged.merged_into_id IS NOT NULL
    UNION ALL
    SELECT followed.id, further.merged_into_id
    FROM followed
    JOIN clients_client AS further ON further.id = followed.into_id
    WHERE further.merged_into_id IS NOT NULL
),
standing AS (
    SELECT followed.id, followed.into_id
    FROM followed
    JOIN clients_client AS client ON client.id = followed.into_id AND client.merged_into_id IS NULL
),
staged AS (
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
    SELECT found.number, found.priority, min(coalesce(standing.into_id, found.client_id)) AS client_id
    FROM found
    LEFT JOIN standing ON standing.id = found.client_id
    GROUP BY found.number, found.priority
    HAVING count(DISTINCT coalesce(standing.into_id, found.client_id)) = 1
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
