-- One row is one client and one service or family that it holds, and the net amount of the 12 months.
INSERT INTO segmentation_holding (offering_id, client_id, group_id, net)
WITH by_family AS (
    SELECT client_id, group_id, family, sum(net) AS net
    FROM offer_sales
    WHERE family <> ''
    GROUP BY client_id, group_id, family
)
SELECT offering.id, sales.client_id, sales.group_id, sales.net
FROM offer_sales AS sales
JOIN segmentation_offering AS offering ON offering.run_id = %(run)s AND offering.service_id = sales.service_id
WHERE sales.net > 0
UNION ALL
SELECT offering.id, by_family.client_id, by_family.group_id, by_family.net
FROM by_family
JOIN segmentation_offering AS offering ON offering.run_id = %(run)s AND offering.family = by_family.family
WHERE by_family.net > 0
