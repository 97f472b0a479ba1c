-- One output row: an invoice that the import created.
DELETE FROM clients_invoice AS invoice
USING clients_undonerow AS mine
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_invoice'
    AND mine.row_id = invoice.id
    AND invoice.created_by_import_id = %(batch)s
