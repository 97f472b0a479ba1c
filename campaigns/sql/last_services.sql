-- One row a client who bought something that names a service: the service of their last such invoice, its largest line.
SELECT
    client.id,
    last.name
FROM unnest(%(clients)s::bigint[]) AS client (id)
CROSS JOIN LATERAL (
    SELECT service.name
    FROM clients_invoice AS invoice
    JOIN clients_invoiceline AS line ON line.invoice_id = invoice.id
    JOIN clients_service AS service ON service.id = line.service_id
    WHERE invoice.client_id = client.id AND invoice.status IN ('issued', 'paid') AND line.amount_ht > 0
    ORDER BY invoice.issued_on DESC, line.amount_ht DESC, invoice.id DESC, line.id DESC
    LIMIT 1
) AS last
