-- One output row: a service that looks like a monthly fee: invoiced to some client in at least 6 of the last 12 months,
-- no oftener than monthly on the whole.
WITH last AS (
    SELECT max(issued_on) AS day
    FROM clients_invoice
    WHERE status IN ('issued', 'paid') AND issued_on <= %(today)s
),
pairs AS (
    SELECT
        line.service_id,
        invoice.client_id,
        count(DISTINCT date_trunc('month', invoice.issued_on)) AS months,
        count(DISTINCT invoice.issued_on) AS days
    FROM clients_invoice AS invoice
    JOIN clients_invoiceline AS line ON line.invoice_id = invoice.id
    JOIN clients_service AS service ON service.id = line.service_id
    CROSS JOIN last
    WHERE invoice.status IN ('issued', 'paid')
        AND line.amount_ht > 0
        AND NOT service.is_recurring
        AND invoice.issued_on > last.day - INTERVAL '12 months'
        AND invoice.issued_on <= last.day
        AND service.id IN (SELECT staged.service FROM clients_stagedservice AS staged WHERE staged.batch = %(batch)s)
    GROUP BY line.service_id, invoice.client_id
)
SELECT pairs.service_id, service.name, count(*)
FROM pairs
JOIN clients_service AS service ON service.id = pairs.service_id
WHERE pairs.months >= 6 AND pairs.days <= pairs.months * 1.5
GROUP BY pairs.service_id, service.name
ORDER BY count(*) DESC, service.name
