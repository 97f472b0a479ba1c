-- One row is the run, with what its scores are read off: for each dimension the mode used and why, and its cuts; and
-- how many clients it found, with their revenue; and why nobody has scores, when it is so.
-- By value, a score of k asks for 5 x worse >= (k - 1) x n: the least such value is the first one above the
-- ceil((k - 1) n / 5)th smallest, which `percentile_disc` gives.
WITH rules AS (
    SELECT rules.*, run.rfm_from, run.as_of
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id = %(run)s
),
active AS MATERIALIZED (
    SELECT
        last_purchase_on - %(as_of)s::date AS freshness,  -- minus the days since: more is better, as for the others
        frequency,
        monetary
    FROM client_facts
    WHERE last_purchase_on > (SELECT rfm_from FROM rules)
),
spread AS (
    SELECT
        count(*) AS n,
        count(DISTINCT freshness) AS freshness_values,
        count(DISTINCT frequency) AS frequency_values,
        count(DISTINCT monetary) AS monetary_values,
        percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY freshness) AS freshness_below,
        percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY frequency) AS frequency_below,
        percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY monetary) AS monetary_below,
        percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8])
            WITHIN GROUP (ORDER BY monetary) FILTER (WHERE monetary > 0) AS monetary_quintiles
    FROM active
),
-- The least value that scores at least 2, 3, 4 and 5 by value; amounts that are not positive score 1 whatever their rank.
least AS (
    SELECT
        ARRAY[
            min(freshness) FILTER (WHERE freshness > freshness_below[1]),
            min(freshness) FILTER (WHERE freshness > freshness_below[2]),
            min(freshness) FILTER (WHERE freshness > freshness_below[3]),
            min(freshness) FILTER (WHERE freshness > freshness_below[4])
        ] AS freshness,
        ARRAY[
            min(frequency) FILTER (WHERE frequency > frequency_below[1]),
            min(frequency) FILTER (WHERE frequency > frequency_below[2]),
            min(frequency) FILTER (WHERE frequency > frequency_below[3]),
            min(frequency) FILTER (WHERE frequency > frequency_below[4])
        ] AS frequency,
        ARRAY[
            min(monetary) FILTER (WHERE monetary > greatest(monetary_below[1], 0)),
            min(monetary) FILTER (WHERE monetary > greatest(monetary_below[2], 0)),
            min(monetary) FILTER (WHERE monetary > greatest(monetary_below[3], 0)),
            min(monetary) FILTER (WHERE monetary > greatest(monetary_below[4], 0))
        ] AS monetary
    FROM active
    CROSS JOIN spread
),
fallbacks AS (
    SELECT
        CASE
            WHEN rules.recency_mode = 'thresholds' THEN ''
            WHEN spread.n < rules.value_min_clients THEN 'few-clients'
            WHEN spread.freshness_values < rules.value_min_distinct THEN 'few-values'
            WHEN least.freshness[4] IS NULL THEN 'no-five'
            ELSE ''
        END AS recency,
        CASE
            WHEN rules.frequency_mode = 'thresholds' THEN ''
            WHEN spread.n < rules.value_min_clients THEN 'few-clients'
            WHEN spread.frequency_values < rules.value_min_distinct THEN 'few-values'
            WHEN least.frequency[4] IS NULL THEN 'no-five'
            ELSE ''
        END AS frequency,
        CASE
            WHEN rules.monetary_mode = 'thresholds' THEN ''
            WHEN spread.n < rules.value_min_clients THEN 'few-clients'
            WHEN spread.monetary_values < rules.value_min_distinct THEN 'few-values'
            WHEN least.monetary[4] IS NULL THEN 'no-five'
            ELSE ''
        END AS monetary
    FROM rules
    CROSS JOIN spread
    CROSS JOIN least
),
modes AS (
    SELECT
        CASE WHEN fallbacks.recency = '' THEN rules.recency_mode ELSE 'thresholds' END AS recency,
        CASE WHEN fallbacks.frequency = '' THEN rules.frequency_mode ELSE 'thresholds' END AS frequency,
        CASE WHEN fallbacks.monetary = '' THEN rules.monetary_mode ELSE 'thresholds' END AS monetary
    FROM rules
    CROSS JOIN fallbacks
),
-- Quintiles to two significant digits, half up: 1 234.50 gives 1 200, 95.50 gives 96; under one euro they have two at most.
thresholds AS (
    SELECT
        coalesce(
            rules.monetary_thresholds,
            (
                SELECT array_agg(
                    CASE WHEN cut < 1 THEN cut ELSE round(cut, 2 - length(trunc(cut)::text)) END ORDER BY place
                )
                FROM unnest(spread.monetary_quintiles) WITH ORDINALITY AS quintile (cut, place)
            )
        ) AS monetary
    FROM rules
    CROSS JOIN spread
),
found AS (
    SELECT
        count(*) FILTER (WHERE last_purchase_on IS NOT NULL OR has_total) AS scored,
        count(last_purchase_on) AS purchasers,
        count(*) FILTER (WHERE (last_purchase_on IS NOT NULL OR has_total) AND tier_revenue > 0) AS ranked,
        coalesce(sum(tier_revenue), 0) AS revenue,
        coalesce(
            sum(tier_revenue) FILTER (WHERE (last_purchase_on IS NOT NULL OR has_total) AND tier_revenue > 0), 0
        ) AS positive_revenue
    FROM client_facts
),
invoiced AS (
    SELECT min(first_on) AS first_on, max(last_on) AS last_on
    FROM (
        SELECT min(issued_on) AS first_on, max(issued_on) AS last_on FROM documents_as_written
        UNION ALL
        SELECT min(issued_on), max(issued_on) FROM documents_rewritten
    ) AS read
),
-- Invoices that all bear one date say nothing of when anybody buys. Too few for tiers, they keep their scores.
absences AS (
    SELECT
        CASE
            WHEN found.purchasers = 0 THEN 'only-totals'
            WHEN invoiced.first_on = invoiced.last_on AND found.ranked >= rules.tier_min_clients THEN 'one-day'
            ELSE ''
        END AS reason
    FROM rules
    CROSS JOIN found
    CROSS JOIN invoiced
)
UPDATE segmentation_scoringrun AS run
SET
    recency_mode = modes.recency,
    frequency_mode = modes.frequency,
    monetary_mode = modes.monetary,
    recency_fallback = fallbacks.recency,
    frequency_fallback = fallbacks.frequency,
    monetary_fallback = fallbacks.monetary,
    -- The most days for 5, 4, 3, 2. A level that nobody can have is null.
    recency_cuts = CASE modes.recency
        WHEN 'value' THEN ARRAY[
            -least.freshness[4],
            -nullif(least.freshness[3], least.freshness[4]),
            -nullif(least.freshness[2], least.freshness[3]),
            -nullif(least.freshness[1], least.freshness[2])
        ]
        ELSE rules.recency_thresholds
    END,
    -- The least value for 2, 3, 4, 5.
    frequency_cuts = CASE modes.frequency
        WHEN 'value' THEN ARRAY[
            nullif(least.frequency[1], least.frequency[2]),
            nullif(least.frequency[2], least.frequency[3]),
            nullif(least.frequency[3], least.frequency[4]),
            least.frequency[4]
        ]
        ELSE ARRAY[
            rules.frequency_thresholds[4],
            rules.frequency_thresholds[3],
            rules.frequency_thresholds[2],
            rules.frequency_thresholds[1]
        ]
    END,
    -- The least amount for 2, 3, 4, 5 by value; the amount to exceed by thresholds.
    monetary_cuts = CASE modes.monetary
        WHEN 'value' THEN ARRAY[
            nullif(least.monetary[1], least.monetary[2]),
            nullif(least.monetary[2], least.monetary[3]),
            nullif(least.monetary[3], least.monetary[4]),
            least.monetary[4]
        ]
        ELSE thresholds.monetary
    END,
    scored = found.scored,
    without_rfm = absences.reason,
    tiers_only = CASE absences.reason WHEN '' THEN found.scored - found.purchasers ELSE found.scored END,
    in_window = CASE absences.reason WHEN '' THEN spread.n ELSE 0 END,
    ranked = found.ranked,
    revenue = found.revenue,
    positive_revenue = found.positive_revenue
FROM rules, spread, least, fallbacks, modes, thresholds, found, absences
WHERE run.id = %(run)s
