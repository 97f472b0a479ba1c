-- One output row: an invoice that a later import changed or cancelled.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(changed_later)s
FROM clients_invoice AS invoice
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_invoice'
    AND mine.row_id = invoice.id
    AND invoice.updated_by_import_id <> %(batch)s
