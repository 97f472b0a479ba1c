-- One row is one offering and one group of clients: how many of the group hold it, how many of the clients alike do, the
-- chance that one who does not would, and the euros of such a hole (design.md §5, "Opportunities").
-- p0 = holders ÷ scored; p1 = (h1 + 10 p0) ÷ (n1 + 10) in the segment; p2 = (h2 + 10 p1) ÷ (n2 + 10) in the segment and
-- the sector. Clients whose sector nobody knows have nothing more in common than their segment: p2 = p1.
INSERT INTO segmentation_offerodds (
    offering_id, group_id, held, alike, alike_held, n, propensity, amount, worth
)
WITH groups AS (
    SELECT
        id,
        segment,
        sector,
        sum(clients) OVER (PARTITION BY segment) AS n1,
        sum(clients) OVER (PARTITION BY segment, sector) AS n2,
        sum(clients) OVER () AS scored
    FROM segmentation_peergroup
    WHERE run_id = %(run)s
),
held AS (
    SELECT holding.offering_id, holding.group_id, count(*) AS holders
    FROM segmentation_holding AS holding
    JOIN segmentation_offering AS offering ON offering.id = holding.offering_id
    WHERE offering.run_id = %(run)s
    GROUP BY holding.offering_id, holding.group_id
),
in_segment AS (
    SELECT
        holding.offering_id,
        groups.segment,
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY holding.net))::numeric, 2) AS median
    FROM segmentation_holding AS holding
    JOIN groups ON groups.id = holding.group_id
    GROUP BY holding.offering_id, groups.segment
    HAVING count(*) >= %(fewest_holders)s
),
counted AS (
    SELECT
        offering.id AS offering_id,
        offering.holders,
        offering.median,
        groups.id AS group_id,
        groups.segment,
        groups.sector,
        groups.n1,
        groups.n2,
        groups.scored,
        coalesce(held.holders, 0) AS h,
        coalesce(sum(held.holders) OVER (PARTITION BY offering.id, groups.segment), 0) AS h1,
        coalesce(sum(held.holders) OVER (PARTITION BY offering.id, groups.segment, groups.sector), 0) AS h2
    FROM segmentation_offering AS offering
    CROSS JOIN groups
    LEFT JOIN held ON held.offering_id = offering.id AND held.group_id = groups.id
    WHERE offering.run_id = %(run)s
),
of_segment AS (
    SELECT
        counted.*,
        (h1 + %(weight)s * holders::numeric(30, 15) / scored) / (n1 + %(weight)s) AS p1
    FROM counted
),
judged AS (
    SELECT
        of_segment.*,
        sector <> '' AND n2 >= %(fewest)s AS is_of_sector,
        round(CASE WHEN sector = '' THEN p1 ELSE (h2 + %(weight)s * p1) / (n2 + %(weight)s) END, 6) AS p2
    FROM of_segment
)
SELECT
    judged.offering_id,
    judged.group_id,
    judged.h,
    CASE WHEN judged.is_of_sector THEN judged.n2 ELSE judged.n1 END,
    CASE WHEN judged.is_of_sector THEN judged.h2 ELSE judged.h1 END,
    judged.n1,
    judged.p2,
    coalesce(in_segment.median, judged.median),
    CASE WHEN judged.n1 >= %(fewest)s THEN round(judged.p2 * coalesce(in_segment.median, judged.median), 2) ELSE 0 END
FROM judged
LEFT JOIN in_segment ON in_segment.offering_id = judged.offering_id AND in_segment.segment = judged.segment
