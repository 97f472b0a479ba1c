-- One output row: an invoice created, or changed because this version of it differs.
INSERT INTO clients_invoice AS invoice (
    id, source_id, external_id, number, client_id, kind, status, issued_on, due_on, paid_on, amount_ht, amount_vat,
    journal, booked_on, digest, created_by_import_id, created_at
)
SELECT
    staged.invoice, %(source)s, staged.external_id, staged.number, staged.client, staged.kind, staged.status,
    staged.issued_on, staged.due_on, staged.paid_on, staged.cents::numeric / 100, staged.vat_cents::numeric / 100,
    staged.journal, staged.booked_on, staged.digest, %(batch)s, now()
FROM clients_stagedinvoice AS staged
WHERE staged.batch = %(batch)s AND staged.fate = '' AND staged.is_changed
ON CONFLICT (source_id, external_id) DO UPDATE
SET
    number = excluded.number,
    client_id = excluded.client_id,
    kind = excluded.kind,
    status = excluded.status,
    issued_on = excluded.issued_on,
    due_on = excluded.due_on,
    paid_on = excluded.paid_on,
    amount_ht = excluded.amount_ht,
    amount_vat = excluded.amount_vat,
    journal = excluded.journal,
    booked_on = excluded.booked_on,
    digest = excluded.digest,
    updated_by_import_id = %(batch)s
WHERE (
    invoice.number, invoice.client_id, invoice.kind, invoice.status, invoice.issued_on, invoice.due_on,
    invoice.paid_on, invoice.amount_ht, invoice.amount_vat, invoice.digest
) IS DISTINCT FROM (
    excluded.number, excluded.client_id, excluded.kind, excluded.status, excluded.issued_on, excluded.due_on,
    excluded.paid_on, excluded.amount_ht, excluded.amount_vat, excluded.digest
)
