-- One output row: the state of an invoice before this import cancels it.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT %(batch)s, 'clients_invoice', former.id, 'cancelled', to_jsonb(former)
FROM clients_invoice AS former
WHERE former.id = ANY(%(ids)s)
