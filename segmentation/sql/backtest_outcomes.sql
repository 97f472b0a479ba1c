-- One row is one client whom the trial scored, or who came since: what was said of them at the as-of date of the run
-- `before`, and what they did from the day after to that of the run `after`. `followed`: their purchases are known by
-- date on both sides; `left-out`: a yearly total hides when, or whether, they bought; `newcomer`: not scored before.
-- What is a purchase is for the scoring to say: who bought again has a last purchase after the as-of date.
CREATE TEMPORARY TABLE backtest_outcomes AS
WITH dates AS MATERIALIZED (
    SELECT before.as_of, before.rfm_from, after.as_of AS until
    FROM segmentation_scoringrun AS before
    JOIN segmentation_scoringrun AS after ON after.id = %(after)s
    WHERE before.id = %(before)s
),
-- Who is scored with its group, or not at all; and what the rules leave out of invoices.
apart AS (
    SELECT client_id, head_id FROM segmentation_unscored WHERE run_id = %(after)s
),
left_out AS (
    SELECT line.invoice_id, sum(line.amount_ht) AS amount
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    CROSS JOIN unnest(rules.excluded_services) AS excluded (service_id)
    JOIN clients_invoiceline AS line ON line.service_id = excluded.service_id
    WHERE run.id = %(after)s
    GROUP BY line.invoice_id
),
made AS (
    SELECT
        coalesce(apart.head_id, invoice.client_id) AS client_id,
        sum(invoice.amount_ht - coalesce(left_out.amount, 0)) AS revenue
    FROM clients_invoice AS invoice
    LEFT JOIN apart ON apart.client_id = invoice.client_id
    LEFT JOIN left_out ON left_out.invoice_id = invoice.id
    WHERE
        invoice.status IN ('issued', 'paid')
        AND invoice.issued_on > (SELECT as_of FROM dates)
        AND invoice.issued_on <= (SELECT until FROM dates)
        AND (apart.client_id IS NULL OR apart.head_id IS NOT NULL)
    GROUP BY coalesce(apart.head_id, invoice.client_id)
),
totalled AS (
    SELECT DISTINCT coalesce(apart.head_id, total.client_id) AS client_id
    FROM clients_yearlytotal AS total
    CROSS JOIN dates
    LEFT JOIN apart ON apart.client_id = total.client_id
    WHERE
        total.last_day > dates.as_of
        AND total.first_day <= dates.until
        AND NOT EXISTS (
            SELECT
            FROM clients_invoice AS invoice
            WHERE
                invoice.client_id = total.client_id
                AND invoice.status IN ('issued', 'paid')
                AND invoice.issued_on BETWEEN total.first_day AND total.last_day
        )
),
said AS (
    SELECT client_id, tier, segment, tier_revenue, recency_days, at_risk, risk_reasons, last_purchase_on
    FROM segmentation_score
    WHERE run_id = %(before)s
),
seen AS (
    SELECT client_id, last_purchase_on
    FROM segmentation_score
    WHERE run_id = %(after)s
)
SELECT
    client_id,
    CASE
        WHEN said.tier_revenue IS NULL THEN 'newcomer'
        WHEN totalled.client_id IS NOT NULL OR said.last_purchase_on IS NULL THEN 'left-out'
        ELSE 'followed'
    END AS standing,
    said.tier,
    said.segment,
    coalesce(said.tier_revenue, 0) AS revenue_before,
    said.recency_days,
    said.at_risk,
    said.risk_reasons,
    totalled.client_id IS NULL AND coalesce(said.last_purchase_on > dates.rfm_from, false) AS is_judged,
    coalesce(seen.last_purchase_on > dates.as_of, false) AS bought_again,
    coalesce(made.revenue, 0) AS revenue_after
FROM said
FULL JOIN made USING (client_id)
LEFT JOIN seen USING (client_id)
LEFT JOIN totalled USING (client_id)
CROSS JOIN dates
