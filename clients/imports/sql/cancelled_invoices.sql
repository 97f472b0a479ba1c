-- One output row: an invoice that the new export of its journal and days no longer holds. Without digest, so that its
-- return is a change.
UPDATE clients_invoice AS invoice
SET status = 'cancelled', digest = '', updated_by_import_id = %(batch)s
WHERE invoice.id = ANY(%(ids)s)
