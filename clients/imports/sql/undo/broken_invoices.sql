-- One output row: an invoice whose former client, or the service of a former line, no longer exists.
UPDATE clients_undonerow AS mine
SET fate = 'error', reason = %(incomplete)s
FROM clients_importchange AS change
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_invoice'
    AND change.batch_id = %(batch)s
    AND change."table" = 'clients_invoice'
    AND change.row_id = mine.row_id
    AND (
        NOT EXISTS (
            SELECT
            FROM clients_client AS client
            WHERE client.id = (change.before ->> 'client_id')::bigint
        )
        OR EXISTS (
            SELECT
            FROM jsonb_array_elements(change.before -> 'lines') AS line
            LEFT JOIN clients_service AS service ON service.id = (line ->> 'service_id')::bigint
            WHERE line ->> 'service_id' IS NOT NULL AND service.id IS NULL
        )
    )
