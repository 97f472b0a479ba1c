-- One row: the clients whose first purchase falls between two days, and the median of the euros HT, net, each was
-- invoiced in the twelve months from that purchase on.
SELECT
    count(*) AS clients,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY invoiced.euros) AS median
FROM segmentation_score AS score
JOIN clients_client AS client ON client.id = score.client_id AND client.merged_into_id IS NULL
CROSS JOIN LATERAL (
    SELECT sum(invoice.amount_ht) AS euros
    FROM clients_invoice AS invoice
    WHERE
        invoice.client_id = client.id
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on < score.first_purchase_on + interval '12 months'
) AS invoiced
WHERE score.run_id = %(run)s AND score.first_purchase_on > %(since)s AND score.first_purchase_on <= %(until)s
