-- One row is one client (or one group, under its head) invoiced up to the as-of date: purchase days, and net amounts over
-- the windows of the run. Of the clients that the run reads anew; `known_facts.sql` adds the others.
-- All invoices are read once, in the order of the covering index `counted_invoices_by_client`: nothing is sorted.
CREATE TEMPORARY TABLE client_facts AS
WITH starts AS MATERIALIZED (
    SELECT
        rfm_from,
        tier_from,
        (as_of - make_interval(months => 2 * rules.tier_window_months))::date AS previous_from,
        (as_of - interval '6 months')::date AS recent_half_from,
        (as_of - interval '18 months')::date AS former_half_from,
        (as_of - interval '12 months')::date AS former_half_to
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id = %(run)s
),
documents AS (
    SELECT
        client_id,
        issued_on,
        amount_ht,
        amount_ht > 0 AND id NOT IN (SELECT invoice_id FROM documents_set_aside) AS is_purchase
    FROM documents_to_read
),
followed AS (
    SELECT
        client_id,
        issued_on,
        amount_ht,
        is_purchase,
        max(issued_on) FILTER (WHERE is_purchase) OVER (
            PARTITION BY client_id ORDER BY issued_on
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_purchase_before
    FROM documents
),
dated AS (
    SELECT
        client_id,
        issued_on,
        amount_ht,
        CASE WHEN is_purchase AND last_purchase_before IS DISTINCT FROM issued_on THEN issued_on END AS purchase_day,
        last_purchase_before
    FROM followed
),
counted AS (
    SELECT
        client_id,
        min(purchase_day) AS first_purchase_on,
        max(purchase_day) AS last_purchase_on,
        count(purchase_day) AS purchase_days,
        count(*) FILTER (WHERE purchase_day > (SELECT rfm_from FROM starts)) AS frequency,
        count(*) FILTER (WHERE purchase_day > (SELECT recent_half_from FROM starts)) AS recent_half_days,
        count(*) FILTER (
            WHERE purchase_day > (SELECT former_half_from FROM starts)
            AND purchase_day <= (SELECT former_half_to FROM starts)
        ) AS former_half_days,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY purchase_day - last_purchase_before) AS median_gap_days,
        coalesce(sum(amount_ht) FILTER (WHERE issued_on > (SELECT rfm_from FROM starts)), 0) AS monetary,
        coalesce(sum(amount_ht) FILTER (WHERE issued_on > (SELECT tier_from FROM starts)), 0) AS tier_revenue,
        coalesce(sum(amount_ht) FILTER (
            WHERE issued_on > (SELECT previous_from FROM starts) AND issued_on <= (SELECT tier_from FROM starts)
        ), 0) AS previous_revenue,
        coalesce(
            sum(amount_ht) FILTER (WHERE issued_on > (SELECT recent_half_from FROM starts)), 0
        ) AS recent_half_revenue,
        coalesce(sum(amount_ht) FILTER (
            WHERE issued_on > (SELECT former_half_from FROM starts)
            AND issued_on <= (SELECT former_half_to FROM starts)
        ), 0) AS former_half_revenue
    FROM dated
    GROUP BY client_id
),
fees AS (
    SELECT client_id, min(issued_on) AS first_on, max(issued_on) AS last_on
    FROM documents_set_aside
    WHERE reason = 'fee'
    GROUP BY client_id
)
SELECT
    counted.client_id,
    least(counted.first_purchase_on, fees.first_on) AS first_purchase_on,
    -- Who bought nothing but set-aside fees in the window keeps the recency of those fees.
    CASE
        WHEN counted.frequency > 0 THEN counted.last_purchase_on
        ELSE greatest(counted.last_purchase_on, fees.last_on)
    END AS last_purchase_on,
    counted.purchase_days,
    counted.frequency,
    counted.recent_half_days,
    counted.former_half_days,
    counted.median_gap_days,
    counted.monetary,
    counted.tier_revenue,
    counted.previous_revenue,
    counted.recent_half_revenue,
    counted.former_half_revenue,
    false AS has_total  -- `client_totals.sql` says otherwise
FROM counted
LEFT JOIN fees ON fees.client_id = counted.client_id
