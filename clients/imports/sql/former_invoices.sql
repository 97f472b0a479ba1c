-- One output row: the state of an invoice, with its lines, before this import changes it.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT
    %(batch)s,
    'clients_invoice',
    former.id,
    'updated',
    to_jsonb(former) || jsonb_build_object(
        'lines',
        (
            SELECT coalesce(jsonb_agg(to_jsonb(line) ORDER BY line.position), '[]')
            FROM clients_invoiceline AS line
            WHERE line.invoice_id = former.id
        )
    )
FROM clients_stagedinvoice AS staged
JOIN clients_invoice AS former ON former.id = staged.invoice
WHERE staged.batch = %(batch)s AND staged.fate = '' AND staged.is_known AND staged.is_changed
