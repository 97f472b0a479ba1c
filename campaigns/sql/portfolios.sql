-- One row is one tier of one portfolio (an owner, or nobody) in one run: its clients who are not gone, the euros HT they
-- brought over the tier window, how many are shown as at risk, and the euros at stake.
SELECT
    client.owner_id,
    score.tier AS target,
    count(*) AS clients,
    sum(score.tier_revenue) AS revenue,
    count(risk.client_id) AS at_risk,
    coalesce(sum(risk.amount), 0) AS stake
FROM segmentation_score AS score
JOIN clients_client AS client ON client.id = score.client_id AND client.merged_into_id IS NULL
LEFT JOIN segmentation_risk AS risk
    ON risk.score_id = score.id AND (risk.hidden_until IS NULL OR risk.hidden_until < %(today)s)
WHERE
    score.run_id = %(run)s
    AND score.tier <> ''
    AND NOT EXISTS (
        SELECT
        FROM clients_clientdeparture AS departure
        WHERE departure.client_id = client.id AND departure.taken_back_at IS NULL AND departure.reopened_on IS NULL
    )
GROUP BY client.owner_id, score.tier
ORDER BY client.owner_id, score.tier
