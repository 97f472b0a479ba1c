-- One row a recipient of a campaign: what its message says of whom it goes to. The one named first, then those whose
-- turn comes after it, as many as asked for.
WITH ahead AS MATERIALIZED (
    SELECT recipient.id
    FROM campaigns_recipient AS recipient
    WHERE recipient.campaign_id = %(campaign)s
        AND recipient.state = 'pending'
        AND (recipient.next_try_at, recipient.id) > (%(tried_at)s, %(recipient)s)
    ORDER BY recipient.next_try_at, recipient.id
    LIMIT %(most)s
)

SELECT
    client.id,
    client.name,
    client.city,
    client.owner_id,
    coalesce(contact.name, '')
FROM campaigns_recipient AS recipient
JOIN clients_client AS client ON client.id = recipient.client_id
LEFT JOIN clients_contact AS contact ON contact.id = recipient.contact_id
WHERE recipient.id = %(recipient)s OR recipient.id = ANY(ARRAY(SELECT ahead.id FROM ahead))
