-- One output row: a line of an invoice created or changed, in the order of its file; or, for an invoice that keeps lines
-- which its new version does not have, the difference between the new amount and those lines.
INSERT INTO clients_invoiceline (invoice_id, position, service_id, label, quantity, amount_ht)
SELECT
    staged.invoice,
    row_number() OVER (PARTITION BY staged.invoice ORDER BY line.row),
    service.service,
    line.label,
    line.quantity,
    line.cents::numeric / 100
FROM clients_stagedinvoice AS staged
JOIN clients_stagedline AS line
    ON line.batch = staged.batch AND line.file = staged.file AND line.external_id = staged.external_id AND line.fate = ''
LEFT JOIN clients_stagedservice AS service ON service.batch = line.batch AND service.number = line.service
WHERE staged.batch = %(batch)s AND staged.fate = '' AND staged.is_changed AND NOT staged.keeps_lines
UNION ALL
SELECT staged.invoice, kept.last_position + 1, NULL, %(difference)s, NULL, staged.cents::numeric / 100 - kept.amount
FROM clients_stagedinvoice AS staged
CROSS JOIN LATERAL (
    SELECT max(line.position) AS last_position, sum(line.amount_ht) AS amount
    FROM clients_invoiceline AS line
    WHERE line.invoice_id = staged.invoice
) AS kept
WHERE staged.batch = %(batch)s
    AND staged.fate = ''
    AND staged.is_changed
    AND staged.keeps_lines
    AND staged.cents::numeric / 100 <> kept.amount
