-- One row is one prospect that is not a client, with the points that the portrait gives to its sector, size and area
-- (null when it says nothing of any), and why the rule keeps it out, empty for most:
-- 1. `group`: it has the SIREN of a client graded red or gone, or of a company of the same group as one.
-- 2. `size`: among at least %(fewest)s graded clients of its sector and size, %(least_red)s or more are red, and their share
--    is at least %(times)s times that of all graded clients.
-- 3. `sector`: the same of its sector, when fewer than %(fewest)s clients of its size are graded there.
UPDATE campaigns_prospect AS prospect
SET points = found.points, put_out = found.put_out
FROM (
    WITH lines AS MATERIALIZED (
        SELECT trait, value, points
        FROM segmentation_portraitline
        WHERE portrait_id = %(portrait)s AND NOT is_trial AND points IS NOT NULL
    ),
    away AS (
        SELECT client_id FROM segmentation_grade WHERE colour = 'red'
        UNION
        SELECT client_id FROM clients_clientdeparture WHERE taken_back_at IS NULL AND reopened_on IS NULL
    ),
    groups AS (
        SELECT DISTINCT coalesce(client.head_id, client.id) AS head_id
        FROM away
        JOIN clients_client AS client ON client.id = away.client_id
    ),
    sirens AS MATERIALIZED (
        SELECT DISTINCT client.siren
        FROM groups
        JOIN clients_client AS client ON client.id = groups.head_id OR client.head_id = groups.head_id
        WHERE client.siren <> ''
    ),
    graded AS MATERIALIZED (
        SELECT left(client.naf_code, 2) AS sector, client.workforce AS size, grade.colour = 'red' AS is_red
        FROM segmentation_grade AS grade
        JOIN clients_client AS client ON client.id = grade.client_id AND client.merged_into_id IS NULL
    ),
    overall AS (
        SELECT avg(is_red::int) AS share FROM graded
    ),
    sectors AS MATERIALIZED (
        SELECT sector, count(*) AS clients, count(*) FILTER (WHERE is_red) AS red
        FROM graded
        WHERE sector <> ''
        GROUP BY sector
    ),
    sizes AS MATERIALIZED (
        SELECT sector, size, count(*) AS clients, count(*) FILTER (WHERE is_red) AS red
        FROM graded
        WHERE sector <> '' AND size NOT IN ('', 'NN')
        GROUP BY sector, size
        HAVING count(*) >= %(fewest)s
    )
    SELECT
        one.id,
        CASE
            WHEN sector_line.trait IS NOT NULL OR size_line.trait IS NOT NULL OR area_line.trait IS NOT NULL
            THEN coalesce(sector_line.points, 0) + coalesce(size_line.points, 0) + coalesce(area_line.points, 0)
        END AS points,
        CASE
            WHEN sirens.siren IS NOT NULL THEN 'group'
            WHEN sizes.red >= %(least_red)s AND sizes.red >= %(times)s * overall.share * sizes.clients THEN 'size'
            WHEN
                sizes.clients IS NULL
                AND sectors.clients >= %(fewest)s
                AND sectors.red >= %(least_red)s
                AND sectors.red >= %(times)s * overall.share * sectors.clients
            THEN 'sector'
            ELSE ''
        END AS put_out
    FROM campaigns_prospect AS one
    CROSS JOIN overall
    LEFT JOIN lines AS sector_line ON sector_line.trait = 'sector' AND sector_line.value = left(one.naf_code, 2)
    LEFT JOIN lines AS size_line ON size_line.trait = 'size' AND size_line.value = one.workforce
    LEFT JOIN lines AS area_line
        ON area_line.trait = 'area'
        AND one.postcode ~ '^[0-9]{5}$'
        AND area_line.value = left(one.postcode, CASE WHEN one.postcode ~ '^9[78]' THEN 3 ELSE 2 END)
    LEFT JOIN sirens ON sirens.siren = one.siren
    LEFT JOIN sizes ON sizes.sector = left(one.naf_code, 2) AND sizes.size = one.workforce
    LEFT JOIN sectors ON sectors.sector = left(one.naf_code, 2)
    WHERE one.state <> 'client' AND (%(prospect)s::bigint IS NULL OR one.id = %(prospect)s)
) AS found
WHERE
    prospect.id = found.id
    AND (prospect.points, prospect.put_out) IS DISTINCT FROM (found.points::smallint, found.put_out)
