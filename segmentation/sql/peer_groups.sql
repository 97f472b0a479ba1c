-- One row is one group of the run: the scored clients of one tier, segment and sector, and how many they are. Whoever is
-- gone is offered nothing; a trial of the past does not know who would go.
-- `divisions` and `letters` say which section each division of activities belongs to (`clients.sectors`).
INSERT INTO segmentation_peergroup (run_id, tier, segment, sector, clients)
WITH sections AS (
    SELECT division, letter
    FROM unnest(%(divisions)s::text[], %(letters)s::text[]) AS one (division, letter)
)
SELECT %(run)s, score.tier, score.segment, coalesce(sections.letter, ''), count(*)
FROM segmentation_score AS score
JOIN clients_client AS client ON client.id = score.client_id
LEFT JOIN sections ON sections.division = left(client.naf_code, 2)
WHERE
    score.run_id = %(run)s
    AND (
        score.client_id NOT IN (
            SELECT client_id FROM clients_clientdeparture WHERE taken_back_at IS NULL AND reopened_on IS NULL
        )
        OR (SELECT kind FROM segmentation_scoringrun WHERE id = %(run)s) = 'backtest'
    )
GROUP BY score.tier, score.segment, coalesce(sections.letter, '')
