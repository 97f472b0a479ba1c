-- One row is the run, with its windows resolved: each starts the day after `…_from`.
WITH oldest AS (
    SELECT least(
        (
            SELECT min(issued_on)
            FROM documents_as_written
            WHERE
                amount_ht > 0
                AND id NOT IN (SELECT invoice_id FROM documents_set_aside WHERE reason = 'cancelled')
        ),
        (
            SELECT min(issued_on)
            FROM documents_rewritten
            WHERE
                amount_ht > 0
                AND invoice_id NOT IN (SELECT invoice_id FROM documents_set_aside WHERE reason = 'cancelled')
        )
    ) AS purchased_on
),
resolved AS (
    SELECT
        oldest.purchased_on,
        rules.tier_window_months,
        coalesce(
            rules.rfm_window_months,
            CASE WHEN oldest.purchased_on <= %(as_of)s::date - interval '24 months' THEN 24 ELSE 12 END
        ) AS rfm_window_months,
        daterange(
            (run.as_of - make_interval(months => 2 * rules.tier_window_months))::date,
            (run.as_of - make_interval(months => rules.tier_window_months))::date,
            '(]'
        ) AS former_tier_window
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    CROSS JOIN oldest
    WHERE run.id = %(run)s
),
totalled AS (
    SELECT range_agg(daterange(first_day, last_day, '[]')) AS days
    FROM (SELECT DISTINCT first_day, last_day FROM clients_yearlytotal) AS period
)
UPDATE segmentation_scoringrun AS run
SET
    oldest_purchase_on = resolved.purchased_on,
    rfm_window_months = resolved.rfm_window_months,
    rfm_from = run.as_of - make_interval(months => resolved.rfm_window_months),
    tier_from = run.as_of - make_interval(months => resolved.tier_window_months),
    totals_cover_former_window = coalesce(totalled.days @> resolved.former_tier_window, false)
FROM resolved, totalled
WHERE run.id = %(run)s
