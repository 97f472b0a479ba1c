-- One output row: an invoice changed because this version of it differs.
UPDATE clients_invoice AS invoice
SET
    number = staged.number,
    client_id = staged.client,
    kind = staged.kind,
    status = staged.status,
    issued_on = staged.issued_on,
    due_on = staged.due_on,
    paid_on = staged.paid_on,
    amount_ht = staged.cents::numeric / 100,
    amount_vat = staged.vat_cents::numeric / 100,
    journal = staged.journal,
    booked_on = staged.booked_on,
    digest = staged.digest,
    updated_by_import_id = %(batch)s
FROM clients_stagedinvoice AS staged
WHERE staged.batch = %(batch)s
    AND staged.fate = ''
    AND staged.is_known
    AND staged.is_changed
    AND invoice.id = staged.invoice
    AND (
        invoice.number, invoice.client_id, invoice.kind, invoice.status, invoice.issued_on, invoice.due_on,
        invoice.paid_on, invoice.amount_ht, invoice.amount_vat, invoice.digest
    ) IS DISTINCT FROM (
        staged.number, staged.client, staged.kind, staged.status, staged.issued_on, staged.due_on, staged.paid_on,
        staged.cents::numeric / 100, staged.vat_cents::numeric / 100, staged.digest
    )
