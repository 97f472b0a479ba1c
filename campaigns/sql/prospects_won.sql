-- One row is one prospect that turned out to be a client: the only one of its SIRET, else the only one of its SIREN. One
-- that left is no client, and a link that somebody undid is made again by nobody but them.
UPDATE campaigns_prospect AS prospect
SET former_state = prospect.state, state = 'client', client_id = found.client_id, made_client = false
FROM (
    WITH there AS (
        SELECT id, siren, siret
        FROM clients_client
        WHERE
            merged_into_id IS NULL
            AND siren <> ''
            AND id NOT IN (
                SELECT client_id FROM clients_clientdeparture WHERE taken_back_at IS NULL AND reopened_on IS NULL
            )
    ),
    by_siret AS (
        SELECT siret, min(id) AS client_id FROM there WHERE siret <> '' GROUP BY siret HAVING count(*) = 1
    ),
    by_siren AS (
        SELECT siren, min(id) AS client_id FROM there GROUP BY siren HAVING count(*) = 1
    )
    SELECT one.id, coalesce(by_siret.client_id, by_siren.client_id) AS client_id
    FROM campaigns_prospect AS one
    LEFT JOIN by_siret ON by_siret.siret = one.siret
    LEFT JOIN by_siren ON by_siren.siren = one.siren
    WHERE one.state <> 'client' AND NOT one.links_by_hand AND one.siren <> ''
) AS found
WHERE prospect.id = found.id AND found.client_id IS NOT NULL
