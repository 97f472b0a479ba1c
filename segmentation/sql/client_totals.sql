-- One row is one client (or one group, under its head) with yearly totals, and what they add to its revenue over the
-- windows of the run. A total counts as long as no counted invoice of the same client falls in its period. Of a period
-- cut by a window, each day is worth the same: what had come by a day is rounded to the cent, so that windows that follow
-- each other add up to the total.
WITH starts AS MATERIALIZED (
    SELECT tier_from, (as_of - make_interval(months => 2 * rules.tier_window_months))::date AS previous_from
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id = %(run)s
),
elapsed AS (
    SELECT
        coalesce(unscored.head_id, total.client_id) AS client_id,
        total.amount_ht,
        total.last_day - total.first_day + 1 AS days,
        least(%(as_of)s::date, total.last_day) - total.first_day + 1 AS by_as_of,
        greatest(least(starts.tier_from, total.last_day) - total.first_day + 1, 0) AS by_tier_from,
        greatest(least(starts.previous_from, total.last_day) - total.first_day + 1, 0) AS by_previous_from
    FROM clients_yearlytotal AS total
    CROSS JOIN starts
    LEFT JOIN segmentation_unscored AS unscored ON unscored.run_id = %(run)s AND unscored.client_id = total.client_id
    WHERE
        total.first_day <= %(as_of)s
        AND (unscored.client_id IS NULL OR unscored.head_id IS NOT NULL)
        AND NOT EXISTS (
            SELECT
            FROM clients_invoice AS invoice
            WHERE
                invoice.client_id = total.client_id
                AND invoice.status IN ('issued', 'paid')
                AND invoice.issued_on BETWEEN total.first_day AND total.last_day
        )
),
totals AS (
    SELECT
        client_id,
        bool_or(amount_ht > 0) AS is_positive,
        sum(round(amount_ht * by_as_of / days, 2) - round(amount_ht * by_tier_from / days, 2)) AS tier_revenue,
        sum(
            round(amount_ht * by_tier_from / days, 2) - round(amount_ht * by_previous_from / days, 2)
        ) AS previous_revenue
    FROM elapsed
    GROUP BY client_id
)
MERGE INTO client_facts AS facts
USING totals ON totals.client_id = facts.client_id
WHEN MATCHED THEN
    UPDATE SET
        has_total = totals.is_positive,
        tier_revenue = facts.tier_revenue + totals.tier_revenue,
        previous_revenue = facts.previous_revenue + totals.previous_revenue
WHEN NOT MATCHED THEN
    INSERT (
        client_id, purchase_days, frequency, recent_half_days, former_half_days, monetary, tier_revenue,
        previous_revenue, recent_half_revenue, former_half_revenue, has_total
    )
    VALUES (
        totals.client_id, 0, 0, 0, 0, 0, totals.tier_revenue, totals.previous_revenue, 0, 0, totals.is_positive
    )
