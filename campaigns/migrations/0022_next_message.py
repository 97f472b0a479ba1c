"""What a sender asks of the base between two messages, in one go: asked step by step, the asking took longer than a
mail server takes to accept a message.

Each statement of a function sees what was committed before it, so whether an address objected is looked up after its
lock was taken, as it must be (`campaigns.sending`).
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION campaigns_lock_of(key bytea) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || encode(substring(key FROM 1 FOR 8), 'hex'))::bit(64)::bigint
$$;

-- Writes what became of the former message and gives the lock of its address back, then takes the next: the one due
-- after this place, else the first of all. It is `sending` then, under a lease, its address locked by the session; left
-- out, with the reason; or still pending, for later, when another message is on its way to the same address. Nothing
-- when none is due.
CREATE FUNCTION campaigns_take_next(
    former bigint,
    became text,
    why text,
    tries integer,
    tried_at timestamptz,
    left_at timestamptz,
    locked bigint,
    of_campaign bigint,
    of_kind text,
    due_at timestamptz,
    after_try timestamptz,
    after_id bigint,
    lease interval,
    later interval,
    period interval,
    most integer
) RETURNS SETOF campaigns_recipient LANGUAGE plpgsql AS $$
DECLARE
    taken campaigns_recipient;
    hindrance text;
BEGIN
    IF former IS NOT NULL THEN
        UPDATE campaigns_recipient
        SET state = became, reason = why, attempts = tries, next_try_at = tried_at, sent_at = left_at, leased_until = NULL
        WHERE id = former AND state = 'sending';
    END IF;
    IF locked IS NOT NULL THEN
        PERFORM pg_advisory_unlock(locked);
    END IF;
    IF due_at IS NULL THEN
        RETURN;
    END IF;
    LOOP
        SELECT recipient.* INTO taken
        FROM campaigns_recipient AS recipient
        WHERE recipient.campaign_id = of_campaign
            AND recipient.state = 'pending'
            AND recipient.next_try_at <= due_at
            AND (recipient.next_try_at, recipient.id) > (after_try, after_id)
            AND EXISTS (
                SELECT 1 FROM campaigns_campaign AS campaign
                WHERE campaign.id = of_campaign AND campaign.state = 'sending'
            )
        ORDER BY recipient.next_try_at, recipient.id
        LIMIT 1
        FOR UPDATE OF recipient SKIP LOCKED;
        EXIT WHEN FOUND;
        IF after_id = 0 THEN
            RETURN;
        END IF;
        after_try := '-infinity';
        after_id := 0;
    END LOOP;
    IF NOT pg_try_advisory_lock(campaigns_lock_of(taken.address_key)) THEN
        UPDATE campaigns_recipient SET next_try_at = due_at + later WHERE id = taken.id;
        RETURN NEXT taken;
        RETURN;
    END IF;
    hindrance := CASE
        WHEN EXISTS (
            SELECT 1 FROM campaigns_suppression AS suppression
            WHERE suppression.key = taken.address_key AND suppression.scope IN ('', of_kind)
        ) OR EXISTS (
            SELECT 1 FROM clients_contact AS contact
            WHERE contact.id = taken.contact_id AND contact.objected_at IS NOT NULL
        ) THEN 'objected'
        WHEN (
            SELECT count(*) FROM campaigns_recipient AS other
            WHERE other.address_key = taken.address_key AND other.sent_at > clock_timestamp() - period
        ) >= most THEN 'too-often'
        ELSE ''
    END;
    IF hindrance = '' THEN
        taken.state := 'sending';
        taken.attempts := taken.attempts + 1;
        taken.leased_until := clock_timestamp() + lease;
    ELSE
        taken.state := 'left-out';
        PERFORM pg_advisory_unlock(campaigns_lock_of(taken.address_key));
    END IF;
    taken.reason := hindrance;
    UPDATE campaigns_recipient
    SET state = taken.state, reason = taken.reason, attempts = taken.attempts, leased_until = taken.leased_until
    WHERE id = taken.id;
    RETURN NEXT taken;
END $$;
"""
UNDO = """
DROP FUNCTION campaigns_take_next(
    bigint, text, text, integer, timestamptz, timestamptz, bigint, bigint, text, timestamptz, timestamptz, bigint,
    interval, interval, interval, integer
);
DROP FUNCTION campaigns_lock_of(bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0021_prospecting")]

    operations = [migrations.RunSQL(FUNCTIONS, UNDO)]
