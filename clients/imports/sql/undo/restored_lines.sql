-- One output row: a line that an invoice had before the import changed it.
INSERT INTO clients_invoiceline (id, invoice_id, position, service_id, label, quantity, amount_ht)
SELECT line.id, line.invoice_id, line.position, line.service_id, line.label, line.quantity, line.amount_ht
FROM clients_undonerow AS mine
JOIN clients_importchange AS change
    ON change.batch_id = %(batch)s AND change."table" = 'clients_invoice' AND change.row_id = mine.row_id
CROSS JOIN LATERAL jsonb_populate_recordset(NULL::clients_invoiceline, change.before -> 'lines') AS line
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_invoice'
    AND change.action = 'updated'
