-- One output row: the euros of the totals that this import replaced, and of the invoices that stand in their place.
SELECT
    (sum(former.amount_ht) * 100)::bigint,
    (sum(invoiced.amount) * 100)::bigint
FROM clients_importchange AS change
CROSS JOIN LATERAL jsonb_to_record(change.before)
    AS former (client_id bigint, first_day date, last_day date, amount_ht numeric)
CROSS JOIN LATERAL (
    SELECT sum(invoice.amount_ht) AS amount
    FROM clients_invoice AS invoice
    WHERE invoice.client_id = former.client_id
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on BETWEEN former.first_day AND former.last_day
) AS invoiced
WHERE change.batch_id = %(batch)s AND change."table" = 'clients_yearlytotal' AND change.action = 'removed'
