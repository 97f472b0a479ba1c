-- One output row: a line of an invoice that goes, or of one that gets its former lines back.
DELETE FROM clients_invoiceline AS line
USING clients_undonerow AS mine, clients_invoice AS invoice
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_invoice'
    AND mine.row_id = line.invoice_id
    AND invoice.id = line.invoice_id
    AND (
        invoice.created_by_import_id = %(batch)s
        OR EXISTS (
            SELECT
            FROM clients_importchange AS change
            WHERE change.batch_id = %(batch)s
                AND change."table" = 'clients_invoice'
                AND change.row_id = invoice.id
                AND change.action = 'updated'
        )
    )
