-- One output row: the state of an invoice, with its lines, before this import changes it.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT
    %(batch)s,
    'clients_invoice',
    invoice.id,
    'updated',
    to_jsonb(invoice) || jsonb_build_object(
        'lines',
        (
            SELECT coalesce(jsonb_agg(to_jsonb(line) ORDER BY line.position), '[]')
            FROM clients_invoiceline AS line
            WHERE line.invoice_id = invoice.id
        )
    )
FROM clients_stagedinvoice AS staged
JOIN clients_invoice AS invoice ON invoice.id = staged.invoice
WHERE staged.batch = %(batch)s AND staged.fate = '' AND staged.is_known AND staged.is_changed
