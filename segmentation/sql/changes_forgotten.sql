-- No row: changes that no run knew and that are later than all of them. They are what happens next, not corrections.
DELETE FROM clients_changedclient
WHERE
    seen_by IS NULL
    AND first_day > (
        SELECT coalesce(max(as_of), '-infinity')
        FROM segmentation_scoringrun
        WHERE kind = 'official' AND status = 'done' AND id <> %(run)s
    )
