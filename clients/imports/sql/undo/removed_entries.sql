-- One output row: a time entry that the import created.
DELETE FROM clients_timeentry AS entry
USING clients_undonerow AS mine
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_timeentry'
    AND mine.row_id = entry.id
    AND entry.created_by_import_id = %(batch)s
