-- One row is one client whom a run finds in another segment or tier than the run before it, and why: the first that
-- applies of `rules` (these, or the window, differ), `facts` (a document dated up to the former run's day was added,
-- changed or taken away between what the two knew), `own` (what the run measured, read off the former run's cuts, gives
-- where the client is now), else `others`. Rules and others bring nobody: an arrival is of the facts or of its own.
INSERT INTO segmentation_movement (
    client_id, former_as_of, as_of, from_segment, to_segment, from_tier, to_tier, is_arrival, is_departure, cause
)
WITH pair AS MATERIALIZED (
    SELECT
        run.id,
        run.as_of,
        run.rfm_from,
        (run.as_of - make_interval(months => rules.lost_after_months))::date AS lost_from,
        former.id AS former_id,
        former.as_of AS former_as_of,
        former.rules_id AS former_rules_id,
        former.recency_cuts,
        former.frequency_cuts,
        former.monetary_cuts,
        former.monetary_mode,
        former.rules_id <> run.rules_id
            OR former.rfm_window_months IS DISTINCT FROM run.rfm_window_months AS has_other_rules
    FROM segmentation_scoringrun AS run
    JOIN segmentation_scoringrun AS former ON former.id = %(former)s
    JOIN segmentation_rules AS rules ON rules.id = former.rules_id
    WHERE run.id = %(run)s
),
before AS MATERIALIZED (
    SELECT id, client_id, segment, tier, tier_revenue
    FROM segmentation_score
    WHERE run_id = %(former)s
),
tier_cuts AS (
    SELECT
        min(tier_revenue) FILTER (WHERE tier = 'A') AS a_from,
        min(tier_revenue) FILTER (WHERE tier = 'B') AS b_from,
        count(*) FILTER (WHERE tier <> '') > 0 AS has_tiers
    FROM before
),
now AS (SELECT * FROM segmentation_score WHERE run_id = %(run)s),
moved AS (
    SELECT
        coalesce(now.client_id, before.client_id) AS client_id,
        coalesce(before.segment, '') AS from_segment,
        coalesce(now.segment, '') AS to_segment,
        coalesce(before.tier, '') AS from_tier,
        coalesce(now.tier, '') AS to_tier,
        before.id IS NULL AS is_arrival,
        now.id IS NULL AS is_departure,
        now.r IS NOT NULL AS has_rfm,
        now.last_purchase_on,
        now.recency_days,
        now.frequency,
        now.monetary,
        now.tier_revenue
    FROM now
    FULL JOIN before ON before.client_id = now.client_id
    WHERE before.id IS NULL OR now.id IS NULL OR before.segment <> now.segment OR before.tier <> now.tier
),
regraded AS (
    SELECT
        moved.*,
        CASE
            WHEN last_purchase_on <= pair.rfm_from THEN 1
            WHEN recency_days <= pair.recency_cuts[1] THEN 5
            WHEN recency_days <= pair.recency_cuts[2] THEN 4
            WHEN recency_days <= pair.recency_cuts[3] THEN 3
            WHEN recency_days <= pair.recency_cuts[4] THEN 2
            ELSE 1
        END AS r,
        CASE
            WHEN last_purchase_on <= pair.rfm_from THEN 1
            WHEN frequency >= pair.frequency_cuts[4] THEN 5
            WHEN frequency >= pair.frequency_cuts[3] THEN 4
            WHEN frequency >= pair.frequency_cuts[2] THEN 3
            WHEN frequency >= pair.frequency_cuts[1] THEN 2
            ELSE 1
        END AS f,
        CASE
            WHEN last_purchase_on <= pair.rfm_from OR monetary <= 0 THEN 1
            WHEN pair.monetary_mode = 'value' THEN
                CASE
                    WHEN monetary >= pair.monetary_cuts[4] THEN 5
                    WHEN monetary >= pair.monetary_cuts[3] THEN 4
                    WHEN monetary >= pair.monetary_cuts[2] THEN 3
                    WHEN monetary >= pair.monetary_cuts[1] THEN 2
                    ELSE 1
                END
            WHEN monetary > pair.monetary_cuts[4] THEN 5
            WHEN monetary > pair.monetary_cuts[3] THEN 4
            WHEN monetary > pair.monetary_cuts[2] THEN 3
            WHEN monetary > pair.monetary_cuts[1] THEN 2
            ELSE 1
        END AS m
    FROM moved
    CROSS JOIN pair
),
-- Who is not what the former run read; a company counts for the head that it was scored under.
changed AS MATERIALIZED (
    SELECT change.client_id
    FROM clients_changedclient AS change
    CROSS JOIN pair
    WHERE
        change.seen_by > least(pair.id, pair.former_id)
        AND change.seen_by <= greatest(pair.id, pair.former_id)
        AND change.first_day <= pair.former_as_of
),
corrected AS (
    SELECT client_id FROM changed
    UNION
    SELECT unscored.head_id
    FROM changed
    CROSS JOIN pair
    JOIN segmentation_unscored AS unscored
        ON unscored.client_id = changed.client_id AND unscored.run_id IN (pair.id, pair.former_id)
    WHERE unscored.head_id IS NOT NULL
),
-- Where the client would be had no cut moved. A newcomer is one whatever the cuts; without purchases by date, nobody is.
expected AS (
    SELECT
        regraded.*,
        CASE
            WHEN NOT regraded.has_rfm THEN NULL
            WHEN regraded.to_segment = 'new' THEN 'new'
            WHEN cell.segment = 'lost' AND regraded.last_purchase_on > pair.lost_from THEN 'dormant'
            ELSE cell.segment
        END AS segment,
        CASE
            WHEN NOT tier_cuts.has_tiers THEN NULL
            WHEN regraded.tier_revenue <= 0 THEN ''
            WHEN regraded.tier_revenue >= tier_cuts.a_from THEN 'A'
            WHEN regraded.tier_revenue >= tier_cuts.b_from THEN 'B'
            ELSE 'C'
        END AS tier
    FROM regraded
    CROSS JOIN pair
    CROSS JOIN tier_cuts
    LEFT JOIN segmentation_gridcell AS cell
        ON cell.rules_id = pair.former_rules_id
        AND cell.r = regraded.r
        AND cell.fm = (regraded.f + regraded.m + 1) / 2
)
SELECT
    expected.client_id,
    pair.former_as_of,
    pair.as_of,
    expected.from_segment,
    expected.to_segment,
    expected.from_tier,
    expected.to_tier,
    expected.is_arrival,
    expected.is_departure,
    CASE
        WHEN pair.has_other_rules AND NOT expected.is_arrival THEN 'rules'
        WHEN expected.client_id IN (SELECT client_id FROM corrected) THEN 'facts'
        WHEN expected.is_arrival THEN 'own'
        WHEN expected.from_segment <> expected.to_segment AND expected.segment = expected.to_segment THEN 'own'
        WHEN expected.from_segment = expected.to_segment AND expected.tier = expected.to_tier THEN 'own'
        ELSE 'others'
    END
FROM expected
CROSS JOIN pair
