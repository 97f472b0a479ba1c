-- One output row: a service that looks like a monthly fee: invoiced to some client in at least 6 of the last 12 months,
-- no oftener than monthly on the whole. Asked once: what an earlier import asked about is left alone.
WITH last AS (
    SELECT max(issued_on) AS day
    FROM clients_invoice
    WHERE status IN ('issued', 'paid') AND issued_on <= %(today)s
),
-- Kept apart, so that what is read first is a year of invoices and not every line that these services ever had.
unasked AS MATERIALIZED (
    SELECT service.id
    FROM clients_stagedservice AS staged
    JOIN clients_service AS service ON service.id = staged.service
    WHERE staged.batch = %(batch)s
        AND NOT service.is_recurring
        AND NOT EXISTS (
            SELECT FROM clients_importfinding AS asked
            JOIN clients_import AS earlier ON earlier.id = asked.batch_id AND earlier.status = 'committed'
            WHERE asked.reason = 'monthly-fee'
                AND asked.value = service.id::text
                AND asked.batch_id <> %(batch)s
        )
),
days AS (
    SELECT line.service_id, invoice.client_id, invoice.issued_on AS day
    FROM clients_invoice AS invoice
    JOIN clients_invoiceline AS line ON line.invoice_id = invoice.id
    WHERE invoice.status IN ('issued', 'paid')
        AND line.amount_ht > 0
        AND invoice.issued_on > (SELECT day FROM last) - INTERVAL '12 months'
        AND invoice.issued_on <= (SELECT day FROM last)
        AND line.service_id IN (SELECT id FROM unasked)
    GROUP BY line.service_id, invoice.client_id, invoice.issued_on
),
months AS (
    SELECT service_id, client_id, count(*) AS days
    FROM days
    GROUP BY service_id, client_id, date_trunc('month', day)
),
pairs AS (
    SELECT service_id, client_id, count(*) AS months, sum(days) AS days
    FROM months
    GROUP BY service_id, client_id
)
SELECT pairs.service_id, service.name, count(*)
FROM pairs
JOIN clients_service AS service ON service.id = pairs.service_id
WHERE pairs.months >= 6 AND pairs.days <= pairs.months * 1.5
GROUP BY pairs.service_id, service.name
ORDER BY count(*) DESC, service.name
