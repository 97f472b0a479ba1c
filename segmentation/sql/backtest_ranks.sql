-- One row is Spearman's rank correlation between the revenue of the tier window and the net amount made afterwards, of
-- the followed clients with a positive revenue; null when either order tells nobody apart. Equal amounts share the mean
-- of their ranks. Ranks are doubled, so that all sums are of whole numbers: no order of rows changes a digit.
WITH ordered AS (
    SELECT
        (2 * rank() OVER (ORDER BY revenue_before) + count(*) OVER (PARTITION BY revenue_before))::numeric AS before,
        (2 * rank() OVER (ORDER BY revenue_after) + count(*) OVER (PARTITION BY revenue_after))::numeric AS after
    FROM backtest_outcomes
    WHERE standing = 'followed' AND revenue_before > 0
),
summed AS (
    SELECT
        count(*) AS clients,
        count(*) * sum(before * after) - sum(before) * sum(after) AS together,
        count(*) * sum(before * before) - sum(before) * sum(before) AS spread_before,
        count(*) * sum(after * after) - sum(after) * sum(after) AS spread_after
    FROM ordered
)
SELECT clients, round(together / nullif(sqrt(spread_before * spread_after), 0), 6) AS correlation
FROM summed
