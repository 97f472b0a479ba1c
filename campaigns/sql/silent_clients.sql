-- One output row: a client who neither bought nor was in touch since a day, of whom something personal is still kept.
-- Nobody is silent before they were known for as long, unless what they bought is as old.
SELECT client.id
FROM clients_client AS client
WHERE client.erased_at IS NULL
    AND client.merged_into_id IS NULL
    AND (
        client.email <> '' OR client.phone <> '' OR client.notes <> ''
        OR EXISTS (SELECT FROM clients_contact AS contact WHERE contact.client_id = client.id)
    )
    AND (
        client.created_at < %(since)s
        OR EXISTS (SELECT FROM clients_invoice AS invoice WHERE invoice.client_id = client.id)
    )
    AND NOT EXISTS (
        SELECT
        FROM clients_invoice AS invoice
        WHERE invoice.client_id = client.id AND invoice.issued_on >= %(since)s AND invoice.status <> 'cancelled'
    )
    AND NOT EXISTS (
        SELECT FROM clients_yearlytotal AS total WHERE total.client_id = client.id AND total.last_day >= %(since)s
    )
    AND NOT EXISTS (
        SELECT
        FROM campaigns_action AS action
        WHERE action.client_id = client.id AND (action.done_at IS NULL OR action.done_at >= %(since)s)
    )
    AND NOT EXISTS (
        SELECT FROM clients_event AS event WHERE event.client_id = client.id AND event.happened_on >= %(since)s
    )
    AND NOT EXISTS (
        SELECT
        FROM campaigns_recipient AS recipient
        LEFT JOIN campaigns_answer AS answer ON answer.recipient_id = recipient.id
        WHERE recipient.client_id = client.id
            AND greatest(recipient.replied_at, answer.answered_at) >= %(since)s
    )
    AND NOT EXISTS (
        SELECT
        FROM clients_contact AS contact
        WHERE contact.client_id = client.id AND contact.consented_at >= %(since)s
    )
ORDER BY client.id
