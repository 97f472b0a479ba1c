-- One output row: whether some invoice, or some link between two, is to be taken back.
SELECT EXISTS (
        SELECT
        FROM clients_undonerow AS mine
        WHERE mine.batch_id = %(batch)s AND mine.fate = 'undone' AND mine."table" = 'clients_invoice'
    )
    OR EXISTS (
        SELECT
        FROM clients_importchange AS change
        WHERE change.batch_id = %(batch)s AND change."table" = 'clients_invoicelink'
    )
