-- One row: the recipient taken, now `sending` under a lease; or left out, with the reason, when the address objected or
-- was written to as often as may be since it was chosen. The address is locked by whoever runs this (`campaigns.sending`).
UPDATE campaigns_recipient AS recipient
SET
    state = CASE WHEN found.reason = '' THEN 'sending' ELSE 'left-out' END,
    reason = found.reason,
    attempts = recipient.attempts + CASE WHEN found.reason = '' THEN 1 ELSE 0 END,
    leased_until = CASE WHEN found.reason = '' THEN clock_timestamp() + %(lease)s END
FROM (
    SELECT CASE
        WHEN EXISTS (
            SELECT 1
            FROM campaigns_suppression AS suppression
            WHERE suppression.key = %(key)s AND suppression.scope IN ('', %(kind)s)
        ) OR EXISTS (
            SELECT 1
            FROM campaigns_recipient AS addressed
            JOIN clients_contact AS contact ON contact.id = addressed.contact_id
            WHERE addressed.id = %(recipient)s AND contact.objected_at IS NOT NULL
        ) THEN 'objected'
        WHEN (
            SELECT count(*)
            FROM campaigns_recipient AS other
            WHERE other.address_key = %(key)s AND other.sent_at > clock_timestamp() - %(period)s
        ) >= %(most)s THEN 'too-often'
        ELSE ''
    END AS reason
) AS found
WHERE recipient.id = %(recipient)s AND recipient.state = 'pending'
RETURNING recipient.state
