-- One row is one anniversary of one contract of a client, in the twelve months up to the run: whole years after the first
-- invoice of a monthly fee that was still invoiced within the hundred days before.
INSERT INTO clients_event (client_id, kind, happened_on, label, service_id, origin)
WITH contracts AS (
    SELECT invoice.client_id, line.service_id, min(invoice.issued_on) AS began_on, max(invoice.issued_on) AS last_on
    FROM clients_service AS service
    JOIN clients_invoiceline AS line ON line.service_id = service.id
    JOIN clients_invoice AS invoice ON invoice.id = line.invoice_id
    WHERE
        service.is_recurring
        AND line.amount_ht > 0
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on <= %(as_of)s
    GROUP BY invoice.client_id, line.service_id
),
dated AS (
    SELECT
        contracts.*,
        (contracts.began_on + make_interval(years => years.whole))::date AS anniversary_on
    FROM contracts
    CROSS JOIN LATERAL (SELECT extract(year FROM age(%(as_of)s::date, contracts.began_on))::integer AS whole) AS years
    WHERE years.whole >= 1
)
SELECT dated.client_id, 'anniversary', dated.anniversary_on, '', dated.service_id, 'invoices'
FROM dated
JOIN clients_client AS client ON client.id = dated.client_id AND client.merged_into_id IS NULL
WHERE dated.last_on > dated.anniversary_on - 100
ON CONFLICT DO NOTHING
