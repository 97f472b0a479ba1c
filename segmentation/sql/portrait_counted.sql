-- One row is the portrait: how many clients stand on each side.
UPDATE segmentation_portrait AS portrait
SET champions = found.champions, others = found.others
FROM (
    SELECT
        count(*) FILTER (WHERE is_champion) AS champions,
        count(*) FILTER (WHERE NOT is_champion) AS others
    FROM portrait_clients
) AS found
WHERE portrait.id = %(portrait)s
