-- One row is the grade of one client that somebody assessed, with what it was made of; `segmentation.relation.scale` says
-- the same slowly. The latest answers of each rater count alike; facts that are not known, or that nothing compares with,
-- do not count. A colour that ends is kept aside. Red counts as orange until somebody else confirms it.
WITH latest AS (
    SELECT DISTINCT ON (client_id, rater_id)
        client_id, rater_id, punctuality, relationship, effort, potential, prescriber, assessed_at, id
    FROM segmentation_assessment
    WHERE %(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s::bigint[])
    ORDER BY client_id, rater_id, assessed_at DESC, id DESC
),
answered AS (
    SELECT
        client_id,
        rater_id,
        count(*) AS raters,
        max(assessed_at) AS assessed_at,
        (array_agg(rater_id ORDER BY assessed_at DESC, id DESC))[1] AS last_rater_id,
        avg(punctuality) AS punctuality,
        avg(relationship) AS relationship,
        avg(effort) AS effort,
        avg(potential) AS potential,
        avg(prescriber) AS prescriber,
        greatest(
            max(punctuality) - min(punctuality),
            max(relationship) - min(relationship),
            max(effort) - min(effort),
            max(potential) - min(potential),
            max(prescriber) - min(prescriber)
        ) AS gap
    FROM latest
    GROUP BY GROUPING SETS ((client_id), (client_id, rater_id))
),
fact AS (
    SELECT
        facts.*,
        CASE WHEN facts.among > 0 THEN 100.0 * facts.below / facts.among END AS amount_points,
        CASE WHEN facts.usual_per_hour > 0 AND facts.per_hour IS NOT NULL  -- least() and greatest() skip what is null
            THEN 50 * least(greatest(facts.per_hour / facts.usual_per_hour, 0), 2)
        END AS hourly_points,
        CASE WHEN facts.late_days IS NOT NULL
            THEN 100 * (1 - least(facts.late_days / %(worst_delay_days)s, 1))
        END AS delay_points,
        CASE WHEN facts.credit_share IS NOT NULL
            THEN 100 * (1 - least(facts.credit_share / %(worst_credit_share)s, 1))
        END AS credit_points
    FROM segmentation_relationfacts AS facts
    WHERE %(clients)s::bigint[] IS NULL OR facts.client_id = ANY(%(clients)s::bigint[])
),
weighed AS (
    SELECT
        answered.*,
        coalesce(%(amount)s * fact.amount_points, 0)
        + coalesce(%(hourly)s * fact.hourly_points, 0)
        + coalesce(%(delay)s * fact.delay_points, 0)
        + coalesce(%(credit)s * fact.credit_points, 0)
        + 25 * (
            %(punctuality)s * (answered.punctuality - 1)
            + %(relationship)s * (answered.relationship - 1)
            + %(effort)s * (answered.effort - 1)
            + %(potential)s * (answered.potential - 1)
            + %(prescriber)s * (answered.prescriber - 1)
        ) AS points,
        CASE WHEN fact.amount_points IS NULL THEN 0 ELSE %(amount)s END
        + CASE WHEN fact.hourly_points IS NULL THEN 0 ELSE %(hourly)s END
        + CASE WHEN fact.delay_points IS NULL THEN 0 ELSE %(delay)s END
        + CASE WHEN fact.credit_points IS NULL THEN 0 ELSE %(credit)s END
        + %(punctuality)s + %(relationship)s + %(effort)s + %(potential)s + %(prescriber)s AS weight
    FROM answered
    LEFT JOIN fact ON fact.client_id = answered.client_id
),
scored AS (
    SELECT weighed.*, round(round(points / weight, 6))::int AS score
    FROM weighed
),
stepped AS (
    SELECT
        scored.*,
        CASE
            WHEN score >= %(dark_green_from)s THEN 1
            WHEN score >= %(light_green_from)s THEN 2
            WHEN score >= %(orange_from)s THEN 3
            ELSE 4
        END AS step
    FROM scored
),
spread AS (
    SELECT client_id, max(step) - min(step) AS steps
    FROM stepped
    WHERE rater_id IS NOT NULL
    GROUP BY client_id
),
judged AS (
    SELECT
        stepped.*,
        spread.steps AS spread,
        CASE
            WHEN stepped.step < 4 THEN ''
            WHEN former.red = 'confirmed' THEN 'confirmed'
            WHEN former.red = 'set-aside' AND former.decided_at >= stepped.assessed_at THEN 'set-aside'
            ELSE 'proposed'
        END AS red,
        former.proposed_by_id,
        former.decided_by_id,
        former.decided_at,
        former.motive
    FROM stepped
    JOIN spread ON spread.client_id = stepped.client_id
    LEFT JOIN segmentation_grade AS former ON former.client_id = stepped.client_id
    WHERE stepped.rater_id IS NULL
),
coloured AS (
    SELECT
        judged.*,
        CASE
            WHEN step = 1 THEN 'dark-green'
            WHEN step = 2 THEN 'light-green'
            WHEN red = 'confirmed' THEN 'red'
            ELSE 'orange'
        END AS colour
    FROM judged
),
ended AS (
    INSERT INTO segmentation_formergrade (client_id, colour, score, since, until)
    SELECT former.client_id, former.colour, former.score, former.since, %(now)s
    FROM segmentation_grade AS former
    JOIN coloured ON coloured.client_id = former.client_id
    WHERE coloured.colour <> former.colour
)
INSERT INTO segmentation_grade AS grade (
    client_id, rules_id, colour, score, since, assessed_at, raters, spread, gap,
    punctuality, relationship, effort, potential, prescriber,
    revenue, below, among, per_hour, usual_per_hour, late_days, credit_share,
    red, proposed_by_id, decided_by_id, decided_at, motive
)
SELECT
    coloured.client_id,
    %(rules)s,
    coloured.colour,
    coloured.score,
    %(now)s,
    coloured.assessed_at,
    coloured.raters,
    coloured.spread,
    coloured.gap,
    round(coloured.punctuality, 2),
    round(coloured.relationship, 2),
    round(coloured.effort, 2),
    round(coloured.potential, 2),
    round(coloured.prescriber, 2),
    fact.revenue,
    fact.below,
    fact.among,
    fact.per_hour,
    fact.usual_per_hour,
    fact.late_days,
    fact.credit_share,
    coloured.red,
    CASE
        WHEN coloured.red = 'proposed' THEN coloured.last_rater_id
        WHEN coloured.red <> '' THEN coloured.proposed_by_id
    END,
    CASE WHEN coloured.red IN ('confirmed', 'set-aside') THEN coloured.decided_by_id END,
    CASE WHEN coloured.red IN ('confirmed', 'set-aside') THEN coloured.decided_at END,
    CASE WHEN coloured.red IN ('confirmed', 'set-aside') THEN coloured.motive ELSE '' END
FROM coloured
LEFT JOIN fact ON fact.client_id = coloured.client_id
ON CONFLICT (client_id) DO UPDATE SET
    rules_id = excluded.rules_id,
    colour = excluded.colour,
    score = excluded.score,
    since = CASE WHEN grade.colour = excluded.colour THEN grade.since ELSE excluded.since END,
    assessed_at = excluded.assessed_at,
    raters = excluded.raters,
    spread = excluded.spread,
    gap = excluded.gap,
    punctuality = excluded.punctuality,
    relationship = excluded.relationship,
    effort = excluded.effort,
    potential = excluded.potential,
    prescriber = excluded.prescriber,
    revenue = excluded.revenue,
    below = excluded.below,
    among = excluded.among,
    per_hour = excluded.per_hour,
    usual_per_hour = excluded.usual_per_hour,
    late_days = excluded.late_days,
    credit_share = excluded.credit_share,
    red = excluded.red,
    proposed_by_id = excluded.proposed_by_id,
    decided_by_id = excluded.decided_by_id,
    decided_at = excluded.decided_at,
    motive = excluded.motive
WHERE (  -- a row that would stay as it is is not written again
    grade.rules_id, grade.colour, grade.score, grade.assessed_at, grade.raters, grade.spread, grade.gap,
    grade.punctuality, grade.relationship, grade.effort, grade.potential, grade.prescriber, grade.revenue,
    grade.below, grade.among, grade.per_hour, grade.usual_per_hour, grade.late_days, grade.credit_share,
    grade.red, grade.proposed_by_id, grade.decided_by_id, grade.decided_at, grade.motive
) IS DISTINCT FROM (
    excluded.rules_id, excluded.colour, excluded.score, excluded.assessed_at, excluded.raters, excluded.spread,
    excluded.gap, excluded.punctuality, excluded.relationship, excluded.effort, excluded.potential,
    excluded.prescriber, excluded.revenue, excluded.below, excluded.among, excluded.per_hour,
    excluded.usual_per_hour, excluded.late_days, excluded.credit_share, excluded.red, excluded.proposed_by_id,
    excluded.decided_by_id, excluded.decided_at, excluded.motive
)
