-- One row is one client without a score of its own, and why: the rules leave it out, or it is scored with its group.
-- A group is a head and all that is below it, however deep; the head alone bears a score. When heads lead back to each
-- other, the one known for longest stands for all. What leaves a head out leaves its whole group out; a company left
-- out takes its own figures alone out of the group's.
INSERT INTO segmentation_unscored (run_id, client_id, head_id, reason, motive)
WITH RECURSIVE rules AS (
    SELECT rules.id, rules.scored_by, rules.excluded_kinds, rules.excluded_countries
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id = %(run)s
),
above (client_id, head_id) AS (
    SELECT client.id, client.head_id
    FROM rules
    JOIN clients_client AS client ON rules.scored_by = 'head' AND client.head_id IS NOT NULL
    UNION
    SELECT above.client_id, further.head_id
    FROM above
    JOIN clients_client AS further ON further.id = above.head_id AND further.head_id IS NOT NULL
),
units AS (
    SELECT
        above.client_id,
        coalesce(
            min(above.head_id) FILTER (WHERE head.head_id IS NULL),
            min(above.head_id) FILTER (
                WHERE EXISTS (
                    SELECT FROM above AS back WHERE back.client_id = above.head_id AND back.head_id = above.head_id
                )
            )
        ) AS head_id
    FROM above
    JOIN clients_client AS head ON head.id = above.head_id
    GROUP BY above.client_id
),
-- Decided by hand first, with its motive; then by what the client is.
by_hand AS (
    SELECT exclusion.client_id, exclusion.motive
    FROM rules
    JOIN segmentation_exclusion AS exclusion ON exclusion.rules_id = rules.id
    JOIN clients_client AS client ON client.id = exclusion.client_id
),
excluded AS (
    SELECT client_id, 'hand' AS reason, motive FROM by_hand
    UNION ALL
    SELECT client.id, CASE WHEN client.kind = ANY (rules.excluded_kinds) THEN 'kind' ELSE 'country' END, ''
    FROM rules
    JOIN clients_client AS client
        ON client.kind = ANY (rules.excluded_kinds) OR client.country = ANY (rules.excluded_countries)
    WHERE
        (rules.excluded_kinds <> '{}' OR rules.excluded_countries <> '{}')
        AND client.id NOT IN (SELECT client_id FROM by_hand)
),
apart AS (
    SELECT client_id, NULL::bigint AS head_id, reason, motive FROM excluded
    UNION ALL
    SELECT
        units.client_id,
        CASE WHEN out.client_id IS NULL THEN units.head_id END,
        CASE WHEN out.client_id IS NULL THEN 'group' ELSE 'head' END,
        ''
    FROM units
    LEFT JOIN excluded AS out ON out.client_id = units.head_id
    WHERE units.head_id <> units.client_id AND units.client_id NOT IN (SELECT client_id FROM excluded)
)
SELECT %(run)s, client_id, head_id, reason, motive
FROM apart
