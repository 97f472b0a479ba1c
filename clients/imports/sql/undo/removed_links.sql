-- One output row: a link of an invoice that goes; or one that the import made between two older invoices, unless it made
-- it for a version of the invoice that stays.
DELETE FROM clients_invoicelink AS link
WHERE EXISTS (
        SELECT
        FROM clients_undonerow AS mine
        JOIN clients_invoice AS own ON own.id = mine.row_id AND own.created_by_import_id = %(batch)s
        WHERE mine.batch_id = %(batch)s
            AND mine.fate = 'undone'
            AND mine."table" = 'clients_invoice'
            AND mine.row_id IN (link.document_id, link.named_id)
    )
    OR link.id IN (
        SELECT change.row_id
        FROM clients_importchange AS change
        WHERE change.batch_id = %(batch)s AND change."table" = 'clients_invoicelink' AND change.action = 'created'
    )
    AND NOT EXISTS (
        SELECT
        FROM clients_undonerow AS stays
        WHERE stays.batch_id = %(batch)s
            AND stays.fate <> 'undone'
            AND stays."table" = 'clients_invoice'
            AND stays.row_id = link.document_id
    )
