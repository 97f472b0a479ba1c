-- One output row: a client that the import created, and that a later import, or a person, knows under another key.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(changed_later)s
FROM clients_client AS client, clients_clientkey AS key
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_client'
    AND mine.row_id = client.id
    AND client.created_by_import_id = %(batch)s
    AND key.client_id = client.id
    AND key.created_by_import_id IS DISTINCT FROM %(batch)s
