-- One row is the whole backtest: the clients on whom an alarm could be raised, those of them who did not buy again, what
-- the alarms of the run found of these, and what as many alarms on the longest silences would have found.
-- Where clients of one silence compete for the last alarms, each has the same chance of one: an expected number, so that
-- the order of rows plays no part.
WITH judged AS MATERIALIZED (
    SELECT recency_days, at_risk, NOT bought_again AS is_gone, revenue_before
    FROM backtest_outcomes
    WHERE is_judged
),
counted AS (
    SELECT
        count(*) AS clients,
        count(*) FILTER (WHERE is_gone) AS gone,
        coalesce(sum(revenue_before) FILTER (WHERE is_gone), 0) AS gone_revenue,
        count(*) FILTER (WHERE at_risk) AS alarms,
        count(*) FILTER (WHERE at_risk AND is_gone) AS found,
        coalesce(sum(revenue_before) FILTER (WHERE at_risk AND is_gone), 0) AS found_revenue
    FROM judged
),
silences AS (
    SELECT
        recency_days,
        count(*) AS clients,
        count(*) FILTER (WHERE is_gone) AS gone,
        coalesce(sum(revenue_before) FILTER (WHERE is_gone), 0) AS gone_revenue
    FROM judged
    GROUP BY recency_days
),
piled AS (
    SELECT
        silences.*,
        sum(clients) OVER longest_first - clients AS longer_clients,
        sum(gone) OVER longest_first - gone AS longer_gone,
        sum(gone_revenue) OVER longest_first - gone_revenue AS longer_gone_revenue
    FROM silences
    WINDOW longest_first AS (ORDER BY recency_days DESC)
),
-- The silence at which the alarms are used up.
edge AS (
    SELECT piled.*, counted.alarms - piled.longer_clients AS alarms_left
    FROM piled
    CROSS JOIN counted
    WHERE piled.longer_clients < counted.alarms AND counted.alarms <= piled.longer_clients + piled.clients
)
SELECT
    counted.clients,
    counted.gone,
    counted.gone_revenue,
    counted.alarms,
    counted.found,
    counted.found_revenue,
    edge.recency_days AS naive_days,
    edge.longer_gone + edge.alarms_left * edge.gone / edge.clients AS naive_found,
    edge.longer_gone_revenue + edge.alarms_left * edge.gone_revenue / edge.clients AS naive_found_revenue
FROM counted
LEFT JOIN edge ON true
