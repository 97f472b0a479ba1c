-- One output row: a contact that the import created or changed and that objects to being written to: that is never lost.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(objects)s
FROM clients_contact AS contact
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_contact'
    AND mine.row_id = contact.id
    AND contact.objected_at IS NOT NULL
    AND (
        contact.created_by_import_id = %(batch)s
        OR EXISTS (
            SELECT
            FROM clients_importchange AS change
            WHERE change.batch_id = %(batch)s
                AND change."table" = 'clients_contact'
                AND change.row_id = contact.id
                AND change.before ->> 'objected_at' IS NULL
        )
    )
