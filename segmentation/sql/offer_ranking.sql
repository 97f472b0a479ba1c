-- The only row says how often a hole that was filled had been given a better chance than one that was not, equal chances
-- counting for half: the area under the ROC curve, of all holes of services. `popular` by the holders of the service.
-- Holes are counted by group of clients alike, never one by one.
WITH filled AS (
    SELECT offering_id, group_id, count(*) AS holes
    FROM offer_gains
    GROUP BY offering_id, group_id
),
counted AS (
    SELECT
        odds.propensity,
        offering.holders,
        coalesce(filled.holes, 0)::numeric AS filled,
        alike.clients - odds.held - coalesce(filled.holes, 0)::numeric AS left_open
    FROM segmentation_offerodds AS odds
    JOIN segmentation_offering AS offering ON offering.id = odds.offering_id AND offering.service_id IS NOT NULL
    JOIN segmentation_peergroup AS alike ON alike.id = odds.group_id
    LEFT JOIN filled ON filled.offering_id = odds.offering_id AND filled.group_id = odds.group_id
    WHERE offering.run_id = %(before)s
),
by_chance AS (
    SELECT propensity AS mark, sum(filled) AS filled, sum(left_open) AS left_open FROM counted GROUP BY propensity
),
by_holders AS (
    SELECT holders AS mark, sum(filled) AS filled, sum(left_open) AS left_open FROM counted GROUP BY holders
),
below AS (
    SELECT
        true AS is_ours,
        filled,
        left_open,
        coalesce(sum(left_open) OVER (ORDER BY mark ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS left_below
    FROM by_chance
    UNION ALL
    SELECT
        false,
        filled,
        left_open,
        coalesce(sum(left_open) OVER (ORDER BY mark ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
    FROM by_holders
),
area AS (
    SELECT
        is_ours,
        sum(filled * (left_below + left_open / 2)) / nullif(sum(filled) * sum(left_open), 0) AS share
    FROM below
    GROUP BY is_ours
)
SELECT
    (SELECT share FROM area WHERE is_ours) AS auc,
    (SELECT share FROM area WHERE NOT is_ours) AS popular,
    (SELECT coalesce(sum(filled), 0) FROM counted) AS filled,
    (SELECT coalesce(sum(left_open), 0) FROM counted) AS left_open,
    (SELECT count(*) FROM segmentation_offering WHERE run_id = %(before)s AND service_id IS NOT NULL) AS services
