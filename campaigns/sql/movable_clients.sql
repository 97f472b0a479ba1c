-- One row is one client that could be handed over: of somebody who has too little time (0 for nobody), a tier, who stands
-- in, how often its owner and it were in touch since a day, and who among those with room was most in touch with it. The
-- loosest ties come first, then the tiers that take the most time; at most so many of each owner.
WITH client AS (
    SELECT
        client.id,
        client.name,
        coalesce(client.owner_id, 0) AS owner_id,
        client.backup_owner_id,
        score.tier
    FROM segmentation_score AS score
    JOIN clients_client AS client ON client.id = score.client_id AND client.merged_into_id IS NULL
    WHERE
        score.run_id = %(run)s
        AND score.tier <> ''
        AND coalesce(client.owner_id, 0) = ANY(%(overloaded)s::bigint[])
        AND NOT EXISTS (
            SELECT
            FROM clients_clientdeparture AS departure
            WHERE departure.client_id = client.id AND departure.taken_back_at IS NULL AND departure.reopened_on IS NULL
        )
),
tie AS (
    SELECT client.id AS client_id, action.done_by_id AS person_id
    FROM client
    JOIN campaigns_action AS action ON action.client_id = client.id
    WHERE action.done_at >= %(since)s::date AND action.outcome <> 'dropped'
    UNION ALL
    SELECT client.id AS client_id, entry.person_id
    FROM client
    JOIN clients_timeentry AS entry ON entry.client_id = client.id
    WHERE entry.spent_on >= %(since)s
),
tied AS (
    SELECT tie.client_id, tie.person_id, count(*) AS ties FROM tie GROUP BY tie.client_id, tie.person_id
),
known AS (
    SELECT DISTINCT ON (tied.client_id)
        tied.client_id,
        tied.person_id,
        tied.ties
    FROM tied
    WHERE tied.person_id = ANY(%(with_room)s::bigint[])
    ORDER BY tied.client_id ASC, tied.ties DESC, tied.person_id ASC
),
ranked AS (
    SELECT
        client.*,
        coalesce(own.ties, 0) AS ties,
        known.person_id AS known_id,
        coalesce(known.ties, 0) AS known_ties,
        row_number() OVER (
            PARTITION BY client.owner_id ORDER BY coalesce(own.ties, 0) ASC, client.tier ASC, client.id ASC
        ) AS place
    FROM client
    LEFT JOIN tied AS own ON own.client_id = client.id AND own.person_id = client.owner_id
    LEFT JOIN known ON known.client_id = client.id
)
SELECT
    ranked.id,
    ranked.name,
    ranked.owner_id,
    ranked.tier,
    ranked.backup_owner_id,
    ranked.ties,
    ranked.known_id,
    ranked.known_ties
FROM ranked
WHERE ranked.place <= %(most)s
ORDER BY ranked.owner_id, ranked.place
