-- One row: the next recipient of a campaign that is being sent, locked for whoever runs this, and whether the lock of its
-- address is theirs too; empty when none is due. In the same breath, what became of the former one is written, and the
-- lock of its address given back.
WITH former AS (
    UPDATE campaigns_recipient
    SET
        state = %(state)s,
        reason = %(reason)s,
        sent_at = %(sent_at)s,
        next_try_at = %(next_try_at)s,
        attempts = %(attempts)s,
        leased_until = NULL
    WHERE id = %(former)s AND state = 'sending'
),

due AS MATERIALIZED (
    SELECT
        recipient.id,
        recipient.campaign_id,
        recipient.client_id,
        recipient.contact_id,
        recipient.email,
        recipient.address_key,
        recipient.segment,
        recipient.arm,
        recipient.occurrence,
        recipient.attempts
    FROM campaigns_recipient AS recipient
    WHERE recipient.campaign_id = %(campaign)s
        AND %(is_let_go)s
        AND recipient.state = 'pending'
        AND recipient.next_try_at <= %(now)s
        AND EXISTS (
            SELECT 1
            FROM campaigns_campaign AS campaign
            WHERE campaign.id = %(campaign)s AND campaign.state = 'sending'
        )
    ORDER BY recipient.next_try_at, recipient.id
    LIMIT 1
    FOR UPDATE OF recipient SKIP LOCKED
)

SELECT
    due.*,
    pg_try_advisory_lock(('x' || encode(substring(due.address_key FROM 1 FOR 8), 'hex'))::bit(64)::bigint) AS is_locked
FROM (SELECT pg_advisory_unlock(%(locked)s)) AS freed
LEFT JOIN due ON true
