-- One row is one portfolio (an owner, or nobody) and one week (its Monday): of the clients whose first purchase ever falls
-- between two days, how many made it that week, and the euros HT, net, they were invoiced in it up to the last day.
SELECT
    client.owner_id,
    date_trunc('week', invoice.issued_on)::date AS week,
    count(DISTINCT client.id) FILTER (WHERE invoice.issued_on = score.first_purchase_on) AS clients,
    sum(invoice.amount_ht) AS euros
FROM segmentation_score AS score
JOIN clients_client AS client ON client.id = score.client_id AND client.merged_into_id IS NULL
JOIN clients_invoice AS invoice ON invoice.client_id = client.id
WHERE
    score.run_id = %(run)s
    AND score.first_purchase_on >= %(since)s
    AND score.first_purchase_on <= %(until)s
    AND invoice.status IN ('issued', 'paid')
    AND invoice.issued_on >= %(since)s
    AND invoice.issued_on <= %(until)s
GROUP BY client.owner_id, date_trunc('week', invoice.issued_on)
ORDER BY week, client.owner_id
