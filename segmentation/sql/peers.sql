-- One row is one scored client of the run, and its group. Whoever is gone is offered nothing; a trial of the past does not
-- know who would go.
INSERT INTO segmentation_peer (run_id, client_id, score_id, group_id)
WITH sections AS (
    SELECT division, letter
    FROM unnest(%(divisions)s::text[], %(letters)s::text[]) AS one (division, letter)
)
SELECT %(run)s, score.client_id, score.id, alike.id
FROM segmentation_score AS score
JOIN clients_client AS client ON client.id = score.client_id
LEFT JOIN sections ON sections.division = left(client.naf_code, 2)
JOIN segmentation_peergroup AS alike
    ON alike.run_id = score.run_id
    AND alike.tier = score.tier
    AND alike.segment = score.segment
    AND alike.sector = coalesce(sections.letter, '')
WHERE
    score.run_id = %(run)s
    AND (
        score.client_id NOT IN (
            SELECT client_id FROM clients_clientdeparture WHERE taken_back_at IS NULL AND reopened_on IS NULL
        )
        OR (SELECT kind FROM segmentation_scoringrun WHERE id = %(run)s) = 'backtest'
    )
