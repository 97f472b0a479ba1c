-- One output row: a row that the import created and that a later import completed.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(changed_later)s
FROM clients_importchange AS other
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" <> 'clients_invoice'
    AND other.batch_id <> %(batch)s
    AND other."table" = mine."table"
    AND other.row_id = mine.row_id
    AND NOT EXISTS (
        SELECT
        FROM clients_importchange AS own
        WHERE own.batch_id = %(batch)s
            AND own."table" = mine."table"
            AND own.row_id = mine.row_id
            AND own.action <> 'created'
    )
