-- One output row: the state of a yearly total whose client now has a counted invoice in its period, before it goes.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT %(batch)s, 'clients_yearlytotal', former.id, 'removed', to_jsonb(former)
FROM clients_yearlytotal AS former
WHERE EXISTS (
    SELECT
    FROM clients_invoice AS invoice
    WHERE invoice.client_id = former.client_id
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on BETWEEN former.first_day AND former.last_day
)
