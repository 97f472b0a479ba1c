-- One output row: a yearly total that the import deleted.
INSERT INTO clients_yearlytotal (id, source_id, client_id, first_day, last_day, amount_ht, created_by_import_id)
SELECT
    former.id, former.source_id, former.client_id, former.first_day, former.last_day, former.amount_ht,
    former.created_by_import_id
FROM clients_undonerow AS mine
JOIN clients_importchange AS change
    ON change.batch_id = %(batch)s
    AND change."table" = 'clients_yearlytotal'
    AND change.row_id = mine.row_id
    AND change.action = 'removed'
CROSS JOIN LATERAL jsonb_populate_record(NULL::clients_yearlytotal, change.before) AS former
WHERE mine.batch_id = %(batch)s AND mine.fate = 'undone' AND mine."table" = 'clients_yearlytotal'
