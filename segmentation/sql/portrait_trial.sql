-- One row is the portrait: how well what was learnt from one half of the clients tells those of tier A from the others in
-- the other half. The area under the ROC curve, by the ranks of Mann and Whitney; equal points share their rank.
UPDATE segmentation_portrait AS portrait
SET
    tested_champions = found.champions,
    tested_others = found.others,
    auc = CASE
        WHEN
            found.champions >= %(fewest)s
            AND found.others >= %(fewest)s
            AND (
                SELECT count(*) FROM portrait_clients WHERE is_learnt AND is_champion
            ) >= %(fewest)s
        THEN (found.ranks - found.champions * (found.champions + 1) / 2.0) / (found.champions * found.others)
    END
FROM (
    WITH pointed AS (
        SELECT tested.client_id, tested.is_champion, coalesce(sum(line.points), 0) AS points
        FROM portrait_clients AS tested
        LEFT JOIN portrait_traits AS one ON one.client_id = tested.client_id
        LEFT JOIN segmentation_portraitline AS line
            ON line.portrait_id = %(portrait)s AND line.is_trial AND line.trait = one.trait AND line.value = one.value
        WHERE NOT tested.is_learnt
        GROUP BY tested.client_id, tested.is_champion
    ),
    ranked AS (
        SELECT
            is_champion,
            rank() OVER (ORDER BY points) + (count(*) OVER (PARTITION BY points) - 1) / 2.0 AS place
        FROM pointed
    )
    SELECT
        count(*) FILTER (WHERE is_champion) AS champions,
        count(*) FILTER (WHERE NOT is_champion) AS others,
        coalesce(sum(place) FILTER (WHERE is_champion), 0) AS ranks
    FROM ranked
) AS found
WHERE portrait.id = %(portrait)s
