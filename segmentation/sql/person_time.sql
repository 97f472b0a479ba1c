-- One row is the hours that one person spent on one client (or one group, under its head) over the tier window of the
-- run, and what they cost: at the person's own rate, else at the firm's, to the cent. Hours on whom the rules leave out
-- are left out too. Only the entries of these clients (whole groups), when some are named.
INSERT INTO segmentation_persontime (run_id, client_id, person_id, hours, cost)
WITH apart AS (
    SELECT client_id, head_id FROM segmentation_unscored WHERE run_id = %(run)s
)
SELECT
    run.id,
    coalesce(apart.head_id, entry.client_id),
    entry.person_id,
    sum(entry.hours),
    round(sum(entry.hours) * coalesce(person.hourly_cost, (SELECT hourly_cost FROM accounts_firm)), 2)
FROM segmentation_scoringrun AS run
JOIN clients_timeentry AS entry ON entry.spent_on > run.tier_from AND entry.spent_on <= run.as_of
JOIN accounts_user AS person ON person.id = entry.person_id
LEFT JOIN apart ON apart.client_id = entry.client_id
WHERE
    run.id = %(run)s
    AND (apart.client_id IS NULL OR apart.head_id IS NOT NULL)
    AND (%(clients)s::bigint[] IS NULL OR entry.client_id = ANY(%(clients)s::bigint[]))
GROUP BY run.id, coalesce(apart.head_id, entry.client_id), entry.person_id, person.hourly_cost
