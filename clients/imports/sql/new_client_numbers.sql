-- One output row: a staged client nobody knows, given the number of the client it becomes. Only clients with a document
-- or a yearly total to import are made; two staged clients with one SIRET, or one VAT number and no SIRET, are one. Whoever
-- was decided to be another of them waits for that one.
WITH needed AS (
    SELECT DISTINCT coalesce(staged.leader, staged.number) AS number
    FROM (
        SELECT DISTINCT client FROM clients_stagedline WHERE batch = %(batch)s AND fate = ''
        UNION
        SELECT client FROM clients_stagedtotal WHERE batch = %(batch)s
    ) AS line
    JOIN clients_stagedclient AS staged ON staged.batch = %(batch)s AND staged.number = line.client
),
newcomers AS (
    SELECT
        staged.number,
        min(staged.number) OVER (
            PARTITION BY coalesce(nullif(staged.siret, ''), nullif(staged.vat_number, ''), 'n°' || staged.number)
        ) AS leader
    FROM clients_stagedclient AS staged
    JOIN needed ON needed.number = staged.number
    WHERE staged.batch = %(batch)s AND staged.client IS NULL AND staged.leader IS NULL
        AND staged.key_kind = ANY(%(kinds)s)
),
leaders AS MATERIALIZED (
    SELECT number, nextval((SELECT pg_get_serial_sequence('clients_client', 'id'))) AS client_id
    FROM newcomers
    WHERE number = leader
)
UPDATE clients_stagedclient AS staged
SET client = leaders.client_id, is_new = (newcomers.number = newcomers.leader)
FROM newcomers
JOIN leaders ON leaders.number = newcomers.leader
WHERE staged.batch = %(batch)s AND staged.number = newcomers.number
