-- One row: the recipient whose message is next, as it stands now that this sender took it (`campaigns_take_next`, of the
-- base, says how); none when none is due. What became of the former message is written with it.
SELECT
    taken.id,
    taken.campaign_id,
    taken.client_id,
    taken.contact_id,
    taken.email,
    taken.address_key,
    taken.segment,
    taken.arm,
    taken.occurrence,
    taken.attempts,
    taken.next_try_at,
    taken.state
FROM campaigns_take_next(
    %(former)s,
    %(state)s,
    %(reason)s,
    %(attempts)s,
    %(next_try_at)s,
    %(sent_at)s,
    %(locked)s,
    %(campaign)s,
    %(kind)s,
    %(due_at)s,
    %(after_try)s,
    %(after_id)s,
    make_interval(secs => %(lease)s),
    make_interval(secs => %(later)s),
    make_interval(secs => %(period)s),
    %(most)s
) AS taken
