-- One output row: a contact that the import created.
DELETE FROM clients_contact AS contact
USING clients_undonerow AS mine
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_contact'
    AND mine.row_id = contact.id
    AND contact.created_by_import_id = %(batch)s
