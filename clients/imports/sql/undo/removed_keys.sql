-- One output row: a way of knowing a client that the import added. Those of a client that it created and that stays, and
-- those by which a later import found the client, are still needed.
DELETE FROM clients_clientkey AS key
WHERE key.created_by_import_id = %(batch)s
    AND NOT EXISTS (
        SELECT
        FROM clients_client AS client
        JOIN clients_undonerow AS mine
            ON mine.batch_id = %(batch)s AND mine."table" = 'clients_client' AND mine.row_id = client.id
        WHERE client.id = key.client_id AND client.created_by_import_id = %(batch)s AND mine.fate <> 'undone'
    )
    AND NOT EXISTS (
        SELECT
        FROM clients_invoice AS invoice
        JOIN clients_import AS later
            ON later.id IN (invoice.created_by_import_id, invoice.updated_by_import_id)
            AND later.finished_at > %(finished_at)s
        WHERE invoice.client_id = key.client_id AND (key.source_id IS NULL OR invoice.source_id = key.source_id)
    )
