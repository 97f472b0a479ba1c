-- One row is one client whose figures, as the kept run left them, no longer hold at this one: documents or lines changed
-- since, or a new day counts some (`is_changed`: what it buys is no longer the same); or some of its documents entered or
-- left a window. Who has documents set aside, or was left out of one of the two runs, is always read anew.
CREATE TEMPORARY TABLE stale_clients AS
WITH runs AS MATERIALIZED (
    SELECT
        run.id,
        run.as_of,
        run.rfm_from,
        run.tier_from,
        (run.as_of - make_interval(months => 2 * rules.tier_window_months))::date AS previous_from
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id IN (SELECT %(run)s UNION ALL SELECT run_id FROM segmentation_keptrun)
),
edges AS (
    SELECT runs.id, edge.name, edge.day
    FROM runs
    CROSS JOIN LATERAL (
        VALUES
            ('as_of', runs.as_of),
            ('rfm', runs.rfm_from),
            ('tier', runs.tier_from),
            ('previous', runs.previous_from),
            ('6 months', (runs.as_of - interval '6 months')::date),
            ('12 months', (runs.as_of - interval '12 months')::date),
            ('18 months', (runs.as_of - interval '18 months')::date)
    ) AS edge (name, day)
),
crossed AS (
    SELECT now.name, former.day AS after, now.day AS until
    FROM edges AS now
    JOIN edges AS former ON former.name = now.name AND former.day < now.day
    WHERE now.id = %(run)s
),
found AS (
    SELECT change.client_id, true AS is_changed
    FROM clients_changedclient AS change
    WHERE change.seen_by IS NULL OR change.seen_by > (SELECT run_id FROM segmentation_keptrun)
    UNION ALL
    SELECT client_id, true FROM clients_changedlines
    UNION ALL
    SELECT dated.client_id, crossed.name = 'as_of'
    FROM crossed
    CROSS JOIN LATERAL (
        SELECT client_id
        FROM clients_invoice
        WHERE status IN ('issued', 'paid') AND issued_on > crossed.after AND issued_on <= crossed.until
        OFFSET 0  -- a few days each time, found by the index of days
    ) AS dated
    UNION ALL
    SELECT client_id, true FROM documents_set_aside
    UNION ALL
    SELECT client_id, true FROM segmentation_unscored WHERE run_id IN (SELECT id FROM runs)
    UNION ALL
    SELECT kept.client_id, true
    FROM segmentation_keptfacts AS kept
    LEFT JOIN clients_client AS client ON client.id = kept.client_id
    WHERE kept.is_tied OR client.id IS NULL
)
SELECT client_id, bool_or(is_changed) AS is_changed
FROM found
GROUP BY client_id
