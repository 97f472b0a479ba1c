-- One output row: a yearly total that the import deleted, and that cannot come back: its client is gone, or another total
-- of the period has come since.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(replaced)s
FROM clients_importchange AS change
CROSS JOIN LATERAL jsonb_populate_record(NULL::clients_yearlytotal, change.before) AS former
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_yearlytotal'
    AND change.batch_id = %(batch)s
    AND change."table" = 'clients_yearlytotal'
    AND change.row_id = mine.row_id
    AND change.action = 'removed'
    AND (
        NOT EXISTS (SELECT FROM clients_client AS client WHERE client.id = former.client_id)
        OR EXISTS (
            SELECT
            FROM clients_yearlytotal AS other
            WHERE other.id = former.id
                OR other.source_id = former.source_id
                AND other.client_id = former.client_id
                AND other.first_day = former.first_day
        )
    )
