-- One row is one portfolio (an owner, or nobody), one reason of risk ('' for all of them) and one answer to "called?":
-- the clients at risk in a run, how many bought again, the net amount they made, and the euros that were at stake.
-- Somebody was called when an action of theirs was done within the days that follow the run; what they bought counts
-- from then on alone, for the called and the others alike: else whoever bought at once would count as won back by a
-- call that came after.
WITH shown AS MATERIALIZED (
    SELECT id, as_of FROM segmentation_scoringrun WHERE id = %(run)s
),
risky AS MATERIALIZED (
    SELECT risk.client_id, risk.reasons, risk.amount, client.owner_id
    FROM segmentation_risk AS risk
    JOIN clients_client AS client ON client.id = risk.client_id AND client.merged_into_id IS NULL
    CROSS JOIN shown
    WHERE risk.run_id = shown.id AND (risk.hidden_until IS NULL OR risk.hidden_until < shown.as_of)
),
called AS (
    SELECT DISTINCT action.client_id
    FROM campaigns_action AS action
    CROSS JOIN shown
    WHERE
        action.outcome <> 'dropped'
        AND (action.done_at AT TIME ZONE 'Europe/Paris')::date > shown.as_of
        AND (action.done_at AT TIME ZONE 'Europe/Paris')::date <= %(called_until)s
),
members AS (
    SELECT client_id, client_id AS member_id FROM risky
    UNION ALL
    SELECT risky.client_id, apart.client_id
    FROM risky
    JOIN segmentation_unscored AS apart ON apart.run_id = %(run)s AND apart.head_id = risky.client_id
),
bought AS (
    SELECT
        members.client_id,
        sum(invoice.amount_ht) AS amount,
        bool_or(invoice.amount_ht > 0) AS came_back
    FROM members
    JOIN clients_invoice AS invoice ON invoice.client_id = members.member_id
    WHERE
        invoice.status IN ('issued', 'paid')
        AND invoice.issued_on > %(called_until)s
        AND invoice.issued_on <= %(until)s
    GROUP BY members.client_id
),
judged AS (
    SELECT
        risky.client_id,
        risky.owner_id,
        risky.reasons,
        risky.amount AS stake,
        called.client_id IS NOT NULL AS is_called,
        coalesce(bought.came_back, false) AS came_back,
        coalesce(bought.amount, 0) AS amount
    FROM risky
    LEFT JOIN called ON called.client_id = risky.client_id
    LEFT JOIN bought ON bought.client_id = risky.client_id
)
SELECT
    judged.owner_id,
    reason.slug AS reason,
    judged.is_called,
    count(*) AS clients,
    count(*) FILTER (WHERE judged.came_back) AS came_back,
    sum(judged.amount) AS amount,
    sum(judged.stake) AS stake
FROM judged
CROSS JOIN LATERAL unnest(judged.reasons || ''::varchar) AS reason (slug)
GROUP BY judged.owner_id, reason.slug, judged.is_called
ORDER BY judged.owner_id, reason.slug, judged.is_called
