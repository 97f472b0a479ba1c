-- One output row: a yearly total that the import changed, with the former values of what it changed.
UPDATE clients_yearlytotal AS total
SET
    first_day = former.first_day,
    last_day = former.last_day,
    amount_ht = former.amount_ht,
    created_by_import_id = former.created_by_import_id
FROM clients_undonerow AS mine
JOIN clients_importchange AS change
    ON change.batch_id = %(batch)s
    AND change."table" = 'clients_yearlytotal'
    AND change.row_id = mine.row_id
    AND change.action = 'updated'
CROSS JOIN LATERAL jsonb_populate_record(NULL::clients_yearlytotal, change.before) AS former
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_yearlytotal'
    AND mine.row_id = total.id
