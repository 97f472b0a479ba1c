-- One row is how many clients who bought something new lacked so many services and bought so many of them, and among how
-- many of these clients one of the first 1, 3 and 5 proposed was bought: by the best chance, by the most holders.
-- Services of equal chance go by holders, then by their number.
WITH ranked AS (
    SELECT
        peer.client_id,
        gains.offering_id IS NOT NULL AS is_gained,
        row_number() OVER (
            PARTITION BY peer.client_id ORDER BY odds.propensity DESC, offering.holders DESC, offering.service_id
        ) AS place,
        row_number() OVER (
            PARTITION BY peer.client_id ORDER BY offering.holders DESC, offering.service_id
        ) AS popular_place
    FROM segmentation_peer AS peer
    JOIN segmentation_offerodds AS odds ON odds.group_id = peer.group_id
    JOIN segmentation_offering AS offering ON offering.id = odds.offering_id AND offering.service_id IS NOT NULL
    LEFT JOIN segmentation_holding AS holding
        ON holding.offering_id = offering.id AND holding.client_id = peer.client_id
    LEFT JOIN offer_gains AS gains ON gains.offering_id = offering.id AND gains.client_id = peer.client_id
    WHERE
        peer.run_id = %(before)s
        AND holding.client_id IS NULL
        AND peer.client_id IN (SELECT client_id FROM offer_gains)
),
by_client AS (
    SELECT
        client_id,
        count(*) AS lacking,
        count(*) FILTER (WHERE is_gained) AS gained,
        min(place) FILTER (WHERE is_gained) AS first_place,
        min(popular_place) FILTER (WHERE is_gained) AS first_popular_place
    FROM ranked
    GROUP BY client_id
)
SELECT
    lacking,
    gained,
    count(*) AS clients,
    count(*) FILTER (WHERE first_place <= 1) AS hit1,
    count(*) FILTER (WHERE first_place <= 3) AS hit3,
    count(*) FILTER (WHERE first_place <= 5) AS hit5,
    count(*) FILTER (WHERE first_popular_place <= 1) AS popular1,
    count(*) FILTER (WHERE first_popular_place <= 3) AS popular3,
    count(*) FILTER (WHERE first_popular_place <= 5) AS popular5
FROM by_client
GROUP BY lacking, gained
ORDER BY lacking, gained
