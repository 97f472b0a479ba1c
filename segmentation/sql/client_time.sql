-- One row is one client (or one group, under its head) on whom hours were spent over the tier window of the run: its
-- hours, their cost (unknown as long as that of one person is), and its revenue over the same window. Only these
-- clients, when some are named.
INSERT INTO segmentation_clienttime (run_id, client_id, score_id, hours, cost, revenue)
SELECT
    spent.run_id,
    spent.client_id,
    score.id,
    sum(spent.hours),
    CASE WHEN bool_and(spent.cost IS NOT NULL) THEN sum(spent.cost) END,
    coalesce(score.tier_revenue, 0)
FROM segmentation_persontime AS spent
LEFT JOIN segmentation_score AS score ON score.run_id = spent.run_id AND score.client_id = spent.client_id
WHERE
    spent.run_id = %(run)s
    AND (%(clients)s::bigint[] IS NULL OR spent.client_id = ANY(%(clients)s::bigint[]))
GROUP BY spent.run_id, spent.client_id, score.id, score.tier_revenue
