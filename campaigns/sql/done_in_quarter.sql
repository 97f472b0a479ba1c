-- One row is one portfolio (an owner, or nobody), one tier of the run on show ('' without one, 'P' for prospects) and one
-- week (its Monday): the contacts made between two days, the hours noted, both by client, whoever made or spent them.
WITH happened AS (
    SELECT
        action.client_id,
        (action.done_at AT TIME ZONE 'Europe/Paris')::date AS happened_on,
        1 AS contacts,
        0 AS hours
    FROM campaigns_action AS action
    WHERE
        action.done_at >= %(since)s::date::timestamp AT TIME ZONE 'Europe/Paris'
        AND action.done_at < (%(until)s::date + 1)::timestamp AT TIME ZONE 'Europe/Paris'
        AND action.outcome <> 'dropped'
    UNION ALL
    SELECT
        entry.client_id,
        entry.spent_on AS happened_on,
        0 AS contacts,
        entry.hours
    FROM clients_timeentry AS entry
    WHERE entry.spent_on >= %(since)s AND entry.spent_on <= %(until)s
)
SELECT
    client.owner_id,
    coalesce(score.tier, '') AS target,
    date_trunc('week', happened.happened_on)::date AS week,
    sum(happened.contacts) AS contacts,
    sum(happened.hours) AS hours
FROM happened
JOIN clients_client AS client ON client.id = happened.client_id AND client.merged_into_id IS NULL
LEFT JOIN segmentation_score AS score ON score.run_id = %(run)s AND score.client_id = happened.client_id
GROUP BY client.owner_id, coalesce(score.tier, ''), date_trunc('week', happened.happened_on)
UNION ALL
SELECT
    prospect.owner_id,
    'P' AS target,
    date_trunc('week', (approach.done_at AT TIME ZONE 'Europe/Paris')::date)::date AS week,
    count(*) AS contacts,
    0 AS hours
FROM campaigns_approach AS approach
JOIN campaigns_prospect AS prospect ON prospect.id = approach.prospect_id
WHERE
    approach.done_at >= %(since)s::date::timestamp AT TIME ZONE 'Europe/Paris'
    AND approach.done_at < (%(until)s::date + 1)::timestamp AT TIME ZONE 'Europe/Paris'
    AND approach.outcome <> 'dropped'
GROUP BY prospect.owner_id, date_trunc('week', (approach.done_at AT TIME ZONE 'Europe/Paris')::date)
ORDER BY week, owner_id, target
