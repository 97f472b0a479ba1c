-- One row is one portfolio (an owner, or nobody), one tier of the run at the start of a quarter and one week (its
-- Monday): of the clients at risk then who were contacted since and bought after that, how many came back that week, and
-- the euros HT, net, they were invoiced in it.
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
        risky.owner_id,
        risky.tier,
        min((action.done_at AT TIME ZONE 'Europe/Paris')::date) AS first_on
    FROM risky
    JOIN campaigns_action AS action ON action.client_id = risky.client_id
    WHERE
        action.done_at >= %(since)s::date::timestamp AT TIME ZONE 'Europe/Paris'
        AND action.done_at < (%(until)s::date + 1)::timestamp AT TIME ZONE 'Europe/Paris'
        AND action.outcome <> 'dropped'
    GROUP BY risky.client_id, risky.owner_id, risky.tier
),
invoiced AS (
    SELECT
        contacted.client_id,
        contacted.owner_id,
        contacted.tier,
        invoice.issued_on,
        invoice.amount_ht,
        min(invoice.issued_on) FILTER (WHERE invoice.amount_ht > 0) OVER (PARTITION BY contacted.client_id) AS back_on
    FROM contacted
    JOIN clients_invoice AS invoice ON invoice.client_id = contacted.client_id
    WHERE
        invoice.status IN ('issued', 'paid')
        AND invoice.issued_on > contacted.first_on
        AND invoice.issued_on <= %(until)s
)
SELECT
    invoiced.owner_id,
    invoiced.tier AS target,
    date_trunc('week', invoiced.issued_on)::date AS week,
    count(DISTINCT invoiced.client_id) FILTER (WHERE invoiced.issued_on = invoiced.back_on) AS came_back,
    sum(invoiced.amount_ht) AS euros
FROM invoiced
WHERE invoiced.back_on IS NOT NULL
GROUP BY invoiced.owner_id, invoiced.tier, date_trunc('week', invoiced.issued_on)
ORDER BY week, invoiced.owner_id, target
