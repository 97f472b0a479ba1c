-- One output row: the state of an invoice before this import cancels it.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT %(batch)s, 'clients_invoice', invoice.id, 'cancelled', to_jsonb(invoice)
FROM clients_invoice AS invoice
WHERE invoice.id = ANY(%(ids)s)
