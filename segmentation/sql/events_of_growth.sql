-- One row is one client whose revenue rose suddenly, dated by the first run of the last twelve months that shows it: the
-- last six months at least half as much again as the same months a year before, themselves worth 500 euros, and 2,000
-- euros more. Said once a year.
INSERT INTO clients_event (client_id, kind, happened_on, label, origin)
SELECT score.client_id, 'growth', min(run.as_of), '', 'invoices'
FROM segmentation_scoringrun AS run
JOIN segmentation_score AS score ON score.run_id = run.id
JOIN clients_client AS client ON client.id = score.client_id
WHERE
    run.kind = 'official'
    AND run.status = 'done'
    AND run.superseded_by_id IS NULL
    AND run.as_of > (%(as_of)s::date - INTERVAL '1 year')::date
    AND run.as_of <= %(as_of)s
    AND score.former_half_revenue >= 500
    AND score.recent_half_revenue >= 1.5 * score.former_half_revenue
    AND score.recent_half_revenue >= score.former_half_revenue + 2000
    AND NOT EXISTS (
        SELECT FROM clients_event AS known
        WHERE
            known.client_id = score.client_id
            AND known.kind = 'growth'
            AND known.happened_on > (run.as_of - INTERVAL '1 year')::date
    )
GROUP BY score.client_id
ON CONFLICT DO NOTHING
