-- One row is one reason for an alarm: on how many clients, and how many of them did not buy again. A client with several
-- reasons counts under each.
SELECT reason, count(*) AS alarms, count(*) FILTER (WHERE NOT outcome.bought_again) AS found
FROM backtest_outcomes AS outcome
CROSS JOIN unnest(outcome.risk_reasons) AS reason
WHERE outcome.is_judged
GROUP BY reason
ORDER BY reason COLLATE "C"
