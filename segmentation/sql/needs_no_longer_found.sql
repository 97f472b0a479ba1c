-- One output row: a need that a rule had found for a client and does not find any more. What a person said stays.
DELETE FROM segmentation_clientneed AS former
WHERE former.need_id = ANY(%(needs)s)
    AND former.origin = 'rule'
    AND NOT former.is_refuted
    AND NOT EXISTS (
        SELECT
        FROM need_matches AS found
        WHERE found.need_id = former.need_id AND found.client_id = former.client_id
    )
