-- One row is one segment of one run: how many years of revenue a client in it stands for. Filled for this run, and for
-- the standing runs that this one is the year-old run of: a past month scored late still gives them their retention.
INSERT INTO segmentation_lifetimevalue (run_id, former_id, segment, clients, kept, is_of_firm, years)
WITH known AS MATERIALIZED (
    SELECT run.id, run.as_of
    FROM segmentation_scoringrun AS run
    WHERE
        run.kind = 'official'
        AND run.without_rfm = ''
        AND (run.status = 'done' AND run.superseded_by_id IS NULL OR run.id = %(run)s)
),
-- A run of this date about to be superseded has the same as-of, and an older number.
paired AS (
    SELECT run.id AS run_id, former.id AS former_id, former.as_of
    FROM segmentation_scoringrun AS run
    CROSS JOIN LATERAL (
        SELECT known.id, known.as_of
        FROM known
        WHERE
            known.as_of <= (run.as_of - interval '12 months')::date
            AND known.as_of > (run.as_of - interval '14 months')::date
        ORDER BY known.as_of DESC, known.id DESC
        LIMIT 1
    ) AS former
    WHERE
        run.id = %(run)s
        OR former.id = %(run)s AND run.id IN (SELECT id FROM known)
),
followed AS (
    SELECT
        paired.run_id,
        paired.former_id,
        before.segment,
        count(*) AS clients,
        count(*) FILTER (WHERE now.last_purchase_on > paired.as_of) AS kept
    FROM paired
    JOIN segmentation_score AS before ON before.run_id = paired.former_id AND before.segment <> ''
    LEFT JOIN segmentation_score AS now ON now.run_id = paired.run_id AND now.client_id = before.client_id
    GROUP BY paired.run_id, paired.former_id, before.segment
),
of_firm AS (
    SELECT run_id, former_id, sum(clients) AS clients, sum(kept) AS kept
    FROM followed
    GROUP BY run_id, former_id
),
judged AS (
    SELECT
        of_firm.run_id,
        of_firm.former_id,
        listed.segment,
        coalesce(followed.clients, 0) < 20 AS is_of_firm,
        CASE WHEN followed.clients >= 20 THEN followed.clients ELSE of_firm.clients END AS clients,
        CASE WHEN followed.clients >= 20 THEN followed.kept ELSE of_firm.kept END AS kept
    FROM of_firm
    CROSS JOIN unnest(ARRAY[
        'champions', 'loyal', 'to-develop', 'new', 'first-purchases', 'watch', 'to-revive', 'at-risk', 'cannot-lose',
        'dormant', 'lost'
    ]) AS listed (segment)
    LEFT JOIN followed ON followed.run_id = of_firm.run_id AND followed.segment = listed.segment
)
SELECT
    run_id,
    former_id,
    segment,
    clients,
    kept,
    is_of_firm,
    CASE WHEN 5 * (clients - kept) <= clients THEN 5 ELSE round(clients / (clients - kept), 6) END  -- 1 / (1 - retention)
FROM judged
ON CONFLICT (run_id, segment) DO UPDATE SET
    former_id = excluded.former_id,
    clients = excluded.clients,
    kept = excluded.kept,
    is_of_firm = excluded.is_of_firm,
    years = excluded.years
