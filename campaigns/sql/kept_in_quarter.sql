-- One row is one portfolio (an owner, or nobody) and one tier of the run at the start of a quarter: its clients at risk
-- then, how many were contacted since, how many of these bought after that, and the euros HT, net, they were invoiced.
WITH risky AS MATERIALIZED (
    SELECT risk.client_id, client.owner_id, score.tier
    FROM segmentation_risk AS risk
    JOIN segmentation_score AS score ON score.id = risk.score_id
    JOIN clients_client AS client ON client.id = risk.client_id AND client.merged_into_id IS NULL
    WHERE risk.run_id = %(run)s AND (risk.hidden_until IS NULL OR risk.hidden_until < %(since)s)
),
contacted AS (
    SELECT
        risky.client_id,
        min((action.done_at AT TIME ZONE 'Europe/Paris')::date) AS first_on
    FROM risky
    JOIN campaigns_action AS action ON action.client_id = risky.client_id
    WHERE
        action.done_at >= %(since)s::date::timestamp AT TIME ZONE 'Europe/Paris'
        AND action.done_at < (%(until)s::date + 1)::timestamp AT TIME ZONE 'Europe/Paris'
        AND action.outcome <> 'dropped'
    GROUP BY risky.client_id
),
bought AS (
    SELECT
        contacted.client_id,
        sum(invoice.amount_ht) AS euros,
        bool_or(invoice.amount_ht > 0) AS came_back
    FROM contacted
    JOIN clients_invoice AS invoice ON invoice.client_id = contacted.client_id
    WHERE
        invoice.status IN ('issued', 'paid')
        AND invoice.issued_on > contacted.first_on
        AND invoice.issued_on <= %(until)s
    GROUP BY contacted.client_id
)
SELECT
    risky.owner_id,
    risky.tier AS target,
    count(*) AS at_risk,
    count(contacted.client_id) AS contacted,
    count(*) FILTER (WHERE bought.came_back) AS came_back,
    coalesce(sum(bought.euros) FILTER (WHERE bought.came_back), 0) AS euros
FROM risky
LEFT JOIN contacted ON contacted.client_id = risky.client_id
LEFT JOIN bought ON bought.client_id = risky.client_id
GROUP BY risky.owner_id, risky.tier
ORDER BY risky.owner_id, risky.tier
