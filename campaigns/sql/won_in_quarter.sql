-- One row is one portfolio (an owner, or nobody): the clients whose first purchase ever falls between two days, how many
-- of them were prospects, and the euros HT, net, they were invoiced up to the last day.
SELECT
    client.owner_id,
    count(*) AS clients,
    count(*) FILTER (
        WHERE EXISTS (SELECT FROM campaigns_prospect AS prospect WHERE prospect.client_id = client.id)
    ) AS prospects,
    coalesce(sum(invoiced.euros), 0) AS euros
FROM segmentation_score AS score
JOIN clients_client AS client ON client.id = score.client_id AND client.merged_into_id IS NULL
CROSS JOIN LATERAL (
    SELECT sum(invoice.amount_ht) AS euros
    FROM clients_invoice AS invoice
    WHERE
        invoice.client_id = client.id
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on >= %(since)s
        AND invoice.issued_on <= %(until)s
) AS invoiced
WHERE score.run_id = %(run)s AND score.first_purchase_on >= %(since)s AND score.first_purchase_on <= %(until)s
GROUP BY client.owner_id
ORDER BY client.owner_id
