-- One row is one contact of the calendar of a plan: a client of its maker's portfolios, on a working day. The clients of
-- one person and one tier are spread evenly over an interval, those heard of longest ago first, and each comes back
-- after each interval. Left out: clients gone, those who asked not to be called, those that another adopted plan of the
-- same quarter contacts already.
INSERT INTO campaigns_plannedcontact (plan_id, client_id, target, due_on)
WITH plan AS (
    SELECT plan.id, plan.starts_on, plan.starts_on + interval '3 months' AS ends_before, plan.stretch_percent
    FROM campaigns_allocationplan AS plan
    WHERE plan.id = %(plan)s
),
line AS (
    SELECT line.target, line.interval_days * (100 + plan.stretch_percent) / 100.0 AS every
    FROM campaigns_allocationline AS line
    JOIN plan ON plan.id = line.plan_id
),
heard AS (
    SELECT DISTINCT ON (action.client_id)
        action.client_id,
        action.done_at,
        action.outcome
    FROM campaigns_action AS action
    WHERE action.done_at IS NOT NULL AND action.outcome <> 'dropped'
    ORDER BY action.client_id ASC, action.done_at DESC
),
member AS (
    SELECT
        client.id AS client_id,
        line.target,
        line.every,
        row_number() OVER portfolio - 1 AS place,
        count(*) OVER (PARTITION BY client.owner_id, line.target) AS size
    FROM segmentation_score AS score
    JOIN clients_client AS client ON client.id = score.client_id AND client.merged_into_id IS NULL
    JOIN line ON line.target = score.tier
    LEFT JOIN heard ON heard.client_id = client.id
    WHERE
        score.run_id = %(run)s
        AND (%(owners)s::bigint[] IS NULL OR coalesce(client.owner_id, 0) = ANY(%(owners)s::bigint[]))
        AND heard.outcome IS DISTINCT FROM 'stop-calling'
        AND NOT EXISTS (
            SELECT
            FROM clients_clientdeparture AS departure
            WHERE departure.client_id = client.id AND departure.taken_back_at IS NULL AND departure.reopened_on IS NULL
        )
        AND NOT EXISTS (
            SELECT
            FROM campaigns_plannedcontact AS other
            JOIN campaigns_allocationplan AS rival ON rival.id = other.plan_id
            CROSS JOIN plan
            WHERE other.client_id = client.id AND rival.starts_on = plan.starts_on AND rival.id <> plan.id
        )
    WINDOW portfolio AS (
        PARTITION BY client.owner_id, line.target
        ORDER BY heard.done_at ASC NULLS FIRST, score.tier_revenue DESC, client.id ASC
    )
),
wished AS (
    SELECT
        member.client_id,
        member.target,
        floor(member.place * member.every / member.size + turn.number * member.every)::integer AS days_in
    FROM member
    CROSS JOIN plan
    CROSS JOIN LATERAL
        generate_series(0, floor((plan.ends_before::date - plan.starts_on) / member.every)::integer) AS turn (number)
),
working AS (
    SELECT
        any_day.wished_on,
        max(working_day.due_on) FILTER (WHERE working_day.due_on <= any_day.wished_on) AS before,
        min(working_day.due_on) AS first
    FROM plan
    CROSS JOIN LATERAL
        (SELECT generate_series(plan.starts_on, plan.ends_before - interval '1 day', '1 day')::date) AS any_day (wished_on)
    CROSS JOIN unnest(%(working_days)s::date[]) AS working_day (due_on)
    GROUP BY any_day.wished_on
)
SELECT
    plan.id AS plan_id,
    wished.client_id,
    wished.target,
    coalesce(working.before, working.first) AS due_on
FROM wished
CROSS JOIN plan
JOIN working ON working.wished_on = plan.starts_on + wished.days_in
WHERE plan.starts_on + wished.days_in >= %(since)s
ORDER BY due_on, wished.target, wished.client_id
