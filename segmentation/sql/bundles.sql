-- One row is one pair of services that good clients (tier A or B, segment Champions or Fidèles) hold together more often
-- than chance explains: by at least `beyond` standard deviations of the number who hold both, were the two services held
-- independently of each other (a hypergeometric law), and `fewest` clients at least.
INSERT INTO segmentation_bundle (run_id, first_id, second_id, clients, first_held, second_held, together)
WITH good AS (
    SELECT id, clients
    FROM segmentation_peergroup
    WHERE run_id = %(run)s AND (tier IN ('A', 'B') OR segment IN ('champions', 'loyal'))
),
held AS MATERIALIZED (
    SELECT holding.client_id, offering.service_id
    FROM segmentation_holding AS holding
    JOIN segmentation_offering AS offering ON offering.id = holding.offering_id
    WHERE
        offering.run_id = %(run)s
        AND offering.service_id IS NOT NULL
        AND holding.group_id IN (SELECT id FROM good)
),
counts AS (
    SELECT service_id, count(*) AS clients FROM held GROUP BY service_id
),
pairs AS (
    SELECT one.service_id AS first_id, other.service_id AS second_id, count(*) AS together
    FROM held AS one
    JOIN held AS other ON other.client_id = one.client_id AND other.service_id > one.service_id
    GROUP BY one.service_id, other.service_id
    HAVING count(*) >= %(fewest)s
),
judged AS (
    SELECT
        pairs.first_id,
        pairs.second_id,
        (SELECT sum(clients) FROM good)::numeric AS n,
        one.clients::numeric AS first_held,
        other.clients::numeric AS second_held,
        pairs.together
    FROM pairs
    JOIN counts AS one ON one.service_id = pairs.first_id
    JOIN counts AS other ON other.service_id = pairs.second_id
)
SELECT %(run)s, first_id, second_id, n, first_held, second_held, together
FROM judged
WHERE
    n > 1
    AND together * n > first_held * second_held
    AND (together - first_held * second_held / n) ^ 2
    >= %(beyond)s::numeric ^ 2
    * (first_held * (n - first_held) / n) * (second_held * (n - second_held) / n) / (n - 1)
