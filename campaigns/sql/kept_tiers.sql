-- One row is one portfolio (an owner, or nobody) and one tier of a former run: its clients, and how many of them bought
-- since, as the newest run knows.
SELECT
    client.owner_id,
    former.tier AS target,
    count(*) AS clients,
    count(*) FILTER (WHERE score.last_purchase_on > run.as_of) AS kept
FROM segmentation_score AS former
JOIN segmentation_scoringrun AS run ON run.id = former.run_id
JOIN clients_client AS client ON client.id = former.client_id AND client.merged_into_id IS NULL
LEFT JOIN segmentation_score AS score ON score.run_id = %(run)s AND score.client_id = former.client_id
WHERE former.run_id = %(former)s AND former.tier <> ''
GROUP BY client.owner_id, former.tier
ORDER BY client.owner_id, former.tier
