-- One row is one service that a scored client holds, or one family of services: its net over the 12 months is above zero.
-- What nobody holds has no row: nothing could be said of who might want it.
INSERT INTO segmentation_offering (run_id, service_id, family, holders, median)
WITH by_family AS (
    SELECT client_id, family, sum(net) AS net
    FROM offer_sales
    WHERE family <> ''
    GROUP BY client_id, family
)
SELECT
    %(run)s,
    service_id,
    '',
    count(*),
    round((percentile_cont(0.5) WITHIN GROUP (ORDER BY net))::numeric, 2)
FROM offer_sales
WHERE net > 0
GROUP BY service_id
UNION ALL
SELECT
    %(run)s,
    NULL,
    family,
    count(*),
    round((percentile_cont(0.5) WITHIN GROUP (ORDER BY net))::numeric, 2)
FROM by_family
WHERE net > 0
GROUP BY family
