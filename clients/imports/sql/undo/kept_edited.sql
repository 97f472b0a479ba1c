-- One output row: a row that the import created, and that somebody edited by hand since; or an invoice that it changed.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(edited)s
FROM (
    SELECT 'clients_client' AS "table", client.id
    FROM clients_client AS client
    WHERE client.created_by_import_id = %(batch)s AND client.edited_at IS NOT NULL
    UNION ALL
    SELECT 'clients_contact', contact.id
    FROM clients_contact AS contact
    WHERE contact.created_by_import_id = %(batch)s AND contact.edited_at IS NOT NULL
    UNION ALL
    SELECT 'clients_service', service.id
    FROM clients_importchange AS own
    JOIN clients_service AS service ON service.id = own.row_id AND service.edited_at IS NOT NULL
    WHERE own.batch_id = %(batch)s AND own."table" = 'clients_service'
    UNION ALL
    SELECT 'clients_invoice', invoice.id
    FROM clients_invoice AS invoice
    WHERE invoice.created_by_import_id = %(batch)s AND invoice.edited_at IS NOT NULL
    UNION ALL
    SELECT 'clients_invoice', invoice.id
    FROM clients_importchange AS own
    JOIN clients_invoice AS invoice ON invoice.id = own.row_id AND invoice.edited_at > %(finished_at)s
    WHERE own.batch_id = %(batch)s AND own."table" = 'clients_invoice'
) AS edited
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = edited."table"
    AND mine.row_id = edited.id
