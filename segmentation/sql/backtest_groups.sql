-- One row is one standing, one tier of it or one segment of it (the two others are null): how many clients, how many
-- bought again, and their net amounts before and after the as-of date. The standings add up to everybody's revenue.
SELECT
    standing,
    CASE WHEN grouping(tier) = 0 THEN coalesce(tier, '') END AS tier,
    CASE WHEN grouping(segment) = 0 THEN coalesce(segment, '') END AS segment,
    count(*) AS clients,
    count(*) FILTER (WHERE bought_again) AS bought_again,
    sum(revenue_before) AS revenue_before,
    sum(revenue_after) AS revenue_after
FROM backtest_outcomes
GROUP BY GROUPING SETS ((standing), (standing, tier), (standing, segment))
