-- One output row: a client that the import created, and that undoing a later import would give something back to.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(changed_later)s
FROM clients_client AS client
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_client'
    AND mine.row_id = client.id
    AND client.created_by_import_id = %(batch)s
    AND client.id IN (
        SELECT (other.before ->> 'client_id')::bigint
        FROM clients_importchange AS other
        WHERE other.batch_id <> %(batch)s AND other.before ->> 'client_id' IS NOT NULL
    )
