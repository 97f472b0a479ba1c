-- One row is one client shown as at risk in a run: the reasons that the run found and the one that its history adds,
-- sorted, and the euros at stake; and up to which day people set each of them aside. Who is known to have left is not
-- at risk any more. Nothing of it is worked out here: it brings together what other tables hold.
INSERT INTO segmentation_risk (
    score_id, run_id, client_id, reasons, amount, aside_until, hidden_until, segment, silence_ratio
)
WITH found AS (
    SELECT
        score.id,
        score.run_id,
        score.client_id,
        CASE
            WHEN fallen.id IS NULL THEN score.risk_reasons
            ELSE ARRAY(SELECT reason FROM unnest(score.risk_reasons || 'drop'::varchar) AS reason ORDER BY reason)
        END AS reasons,
        CASE WHEN score.at_risk THEN score.amount_at_risk ELSE fallen.amount_at_risk END AS amount,
        score.segment,
        score.silence_ratio
    FROM segmentation_score AS score
    LEFT JOIN segmentation_drop AS fallen ON fallen.run_id = score.run_id AND fallen.client_id = score.client_id
    WHERE
        score.run_id = %(run)s
        AND (score.at_risk OR fallen.id IS NOT NULL)
        AND (%(clients)s::bigint[] IS NULL OR score.client_id = ANY(%(clients)s))
        AND NOT EXISTS (
            SELECT FROM clients_clientdeparture AS departure
            WHERE
                departure.client_id = score.client_id
                AND departure.taken_back_at IS NULL
                AND departure.reopened_on IS NULL
        )
),
set_aside AS (
    SELECT client_id, reason, until
    FROM segmentation_risksetaside
    WHERE lifted_at IS NULL
),
-- Set aside by itself and with all the others, a reason is hidden to the later of the two days.
dated AS (
    SELECT found.id, array_agg(greatest(own.until, whole.until) ORDER BY reason.place) AS aside_until
    FROM found
    CROSS JOIN LATERAL unnest(found.reasons) WITH ORDINALITY AS reason (slug, place)
    LEFT JOIN set_aside AS own ON own.client_id = found.client_id AND own.reason = reason.slug
    LEFT JOIN set_aside AS whole ON whole.client_id = found.client_id AND whole.reason = ''
    WHERE found.client_id IN (SELECT client_id FROM set_aside)
    GROUP BY found.id
    HAVING count(own.until) + count(whole.until) > 0
)
SELECT
    found.id,
    found.run_id,
    found.client_id,
    found.reasons,
    found.amount,
    dated.aside_until,
    CASE
        WHEN array_position(dated.aside_until, NULL) IS NULL THEN (SELECT min(until) FROM unnest(dated.aside_until) AS until)
    END,
    found.segment,
    found.silence_ratio
FROM found
LEFT JOIN dated ON dated.id = found.id
WHERE found.reasons <> '{}'
ORDER BY found.amount DESC, found.client_id
