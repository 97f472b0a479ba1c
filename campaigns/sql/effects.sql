-- One row per arm and segment of a campaign: its recipients, how many bought within the days that count, the euros HT they
-- were invoiced, the sum of the squares (for the spread), and what else came back. Everybody drawn into an arm counts in
-- it, whether their message left or not: that is what the draw makes comparable.
WITH watched AS (
    SELECT
        recipient.id,
        recipient.arm,
        recipient.segment,
        recipient.state,
        recipient.replied_at,
        recipient.client_id
    FROM campaigns_recipient AS recipient
    WHERE recipient.campaign_id = %(campaign)s
),

bought AS (
    SELECT
        watched.id,
        count(*) FILTER (WHERE invoice.amount_ht > 0) AS purchases,
        sum(invoice.amount_ht) AS euros
    FROM watched
    JOIN clients_invoice AS invoice ON invoice.client_id = watched.client_id
    WHERE invoice.status IN ('issued', 'paid')
        AND invoice.issued_on > %(since)s
        AND invoice.issued_on <= %(until)s
    GROUP BY watched.id
),

clicked AS (
    SELECT DISTINCT click.recipient_id
    FROM campaigns_click AS click
    JOIN watched ON watched.id = click.recipient_id
    WHERE NOT click.is_machine
)

SELECT
    watched.arm,
    watched.segment,
    count(*) AS recipients,
    count(*) FILTER (WHERE watched.state = 'sent') AS sent,
    count(*) FILTER (WHERE bought.purchases > 0) AS buyers,
    coalesce(sum(bought.euros), 0) AS euros,
    coalesce(sum(bought.euros * bought.euros), 0) AS squares,
    count(*) FILTER (WHERE clicked.recipient_id IS NOT NULL) AS clicks,
    count(*) FILTER (WHERE watched.replied_at IS NOT NULL OR answer.id IS NOT NULL) AS replies
FROM watched
LEFT JOIN bought ON bought.id = watched.id
LEFT JOIN clicked ON clicked.recipient_id = watched.id
LEFT JOIN campaigns_answer AS answer ON answer.recipient_id = watched.id
GROUP BY watched.arm, watched.segment
ORDER BY watched.arm, watched.segment
