-- One row is one movement of the run before this one: this run confirms it when it finds the client where it took them.
UPDATE segmentation_movement AS movement
SET confirmed_on = CASE WHEN found.is_kept THEN %(as_of)s::date END
FROM (
    SELECT
        former.id,
        CASE
            WHEN former.is_departure THEN now.id IS NULL
            WHEN former.from_segment <> former.to_segment THEN coalesce(now.segment = former.to_segment, false)
            ELSE coalesce(now.tier = former.to_tier, false)
        END AS is_kept
    FROM segmentation_movement AS former
    LEFT JOIN segmentation_score AS now ON now.run_id = %(run)s AND now.client_id = former.client_id
    WHERE former.as_of = %(former_as_of)s
) AS found
WHERE movement.id = found.id
