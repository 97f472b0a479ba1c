-- One output row: a yearly total that the import created.
DELETE FROM clients_yearlytotal AS total
USING clients_undonerow AS mine
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_yearlytotal'
    AND mine.row_id = total.id
    AND total.created_by_import_id = %(batch)s
