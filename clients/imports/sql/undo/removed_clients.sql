-- One output row: a client that the import created and that nothing else holds.
DELETE FROM clients_client AS client
USING clients_undonerow AS mine
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_client'
    AND mine.row_id = client.id
    AND client.created_by_import_id = %(batch)s
