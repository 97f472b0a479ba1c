-- One output row: an invoice that this source did not hold.
INSERT INTO clients_invoice (
    id, source_id, external_id, number, client_id, kind, status, issued_on, due_on, paid_on, amount_ht, amount_vat,
    journal, booked_on, digest, created_by_import_id, created_at
)
SELECT
    staged.invoice, %(source)s, staged.external_id, staged.number, staged.client, staged.kind, staged.status,
    staged.issued_on, staged.due_on, staged.paid_on, staged.cents::numeric / 100, staged.vat_cents::numeric / 100,
    staged.journal, staged.booked_on, staged.digest, %(batch)s, now()
FROM clients_stagedinvoice AS staged
WHERE staged.batch = %(batch)s AND staged.fate = '' AND NOT staged.is_known
