-- One row is one of these clients, scored by the run, with what figures say of the relation over its tier window: what it
-- brings and how many others bring strictly less, euros an hour beside those of the whole firm, days late in paying weighted by the
-- amounts, credit notes over what was billed. An unpaid invoice counts as late only where its source tells payments.
-- Documents are read as the run read them: those of a scored group under its head, without what the rules leave out; and
-- those of these clients alone: few of all of them are ever rated.
WITH shown AS MATERIALIZED (
    SELECT id, as_of, tier_from, scored
    FROM segmentation_scoringrun
    WHERE id = %(run)s
),
apart AS (
    SELECT client_id, head_id FROM segmentation_unscored WHERE run_id = %(run)s
),
wanted AS (
    SELECT client_id FROM unnest(%(clients)s::bigint[]) AS client_id
),
members AS (
    SELECT client_id FROM wanted
    UNION
    SELECT apart.client_id FROM apart JOIN wanted ON wanted.client_id = apart.head_id
),
left_out AS (
    SELECT line.invoice_id, sum(line.amount_ht) AS amount
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    CROSS JOIN unnest(rules.excluded_services) AS excluded (service_id)
    JOIN clients_invoiceline AS line ON line.service_id = excluded.service_id
    WHERE run.id = %(run)s
    GROUP BY line.invoice_id
),
counted AS MATERIALIZED (
    SELECT
        coalesce(apart.head_id, invoice.client_id) AS client_id,
        invoice.source_id,
        invoice.status,
        invoice.amount_ht - coalesce(left_out.amount, 0) AS amount_ht,
        invoice.due_on,
        invoice.paid_on,
        CASE WHEN invoice.paid_on <= shown.as_of THEN invoice.paid_on END AS settled_on,
        shown.as_of
    FROM clients_invoice AS invoice
    CROSS JOIN shown
    LEFT JOIN apart ON apart.client_id = invoice.client_id
    LEFT JOIN left_out ON left_out.invoice_id = invoice.id
    WHERE
        invoice.client_id IN (SELECT client_id FROM members)
        AND (apart.client_id IS NULL OR apart.head_id IS NOT NULL)
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on > shown.tier_from
        AND invoice.issued_on <= shown.as_of
),
telling AS (
    SELECT source.id AS source_id
    FROM clients_source AS source
    CROSS JOIN shown
    WHERE EXISTS (
        SELECT
        FROM clients_invoice AS invoice
        WHERE
            invoice.source_id = source.id
            AND invoice.paid_on IS NOT NULL
            AND invoice.status IN ('issued', 'paid')
            AND invoice.issued_on > shown.tier_from
            AND invoice.issued_on <= shown.as_of
    )
),
payments AS (
    SELECT
        counted.client_id,
        round(
            sum(counted.amount_ht * greatest(coalesce(counted.settled_on, counted.as_of) - counted.due_on, 0))
            / sum(counted.amount_ht),
            1
        ) AS late_days
    FROM counted
    JOIN telling ON telling.source_id = counted.source_id
    WHERE
        counted.amount_ht > 0
        AND counted.due_on IS NOT NULL
        AND (
            counted.settled_on IS NOT NULL
            OR counted.due_on < counted.as_of AND (counted.status = 'issued' OR counted.paid_on IS NOT NULL)
        )
    GROUP BY counted.client_id
),
credits AS (
    SELECT
        client_id,
        round(
            -coalesce(sum(amount_ht) FILTER (WHERE amount_ht < 0), 0) / sum(amount_ht) FILTER (WHERE amount_ht > 0), 4
        ) AS credit_share
    FROM counted
    GROUP BY client_id
    HAVING sum(amount_ht) FILTER (WHERE amount_ht > 0) > 0
),
spent AS (
    SELECT client_id, hours
    FROM segmentation_clienttime
    WHERE run_id = %(run)s
),
-- Who has a rank knows how many bring more: the others bring as much, or less. All scores need not be read for that.
ranked AS (
    SELECT
        score.client_id,
        score.tier_revenue,
        greatest(shown.scored - 1, 0) AS among,
        CASE
            WHEN score.tier_rank IS NULL THEN (
                SELECT count(*)
                FROM segmentation_score AS other
                WHERE other.run_id = score.run_id AND other.tier_revenue < score.tier_revenue
            )
            ELSE greatest(
                shown.scored - score.tier_rank + 1 - (
                    SELECT count(*)
                    FROM segmentation_score AS other
                    WHERE other.run_id = score.run_id AND other.tier_revenue = score.tier_revenue
                ),
                0
            )
        END AS below
    FROM wanted
    CROSS JOIN shown
    JOIN segmentation_score AS score ON score.run_id = shown.id AND score.client_id = wanted.client_id
),
usual AS (
    SELECT round(sum(score.tier_revenue) / sum(spent.hours), 2) AS per_hour
    FROM spent
    JOIN segmentation_score AS score ON score.run_id = %(run)s AND score.client_id = spent.client_id
)
SELECT
    shown.id AS run_id,
    ranked.client_id,
    ranked.tier_revenue AS revenue,
    ranked.below,
    ranked.among,
    spent.hours,
    round(ranked.tier_revenue / spent.hours, 2) AS per_hour,
    usual.per_hour AS usual_per_hour,
    payments.late_days,
    credits.credit_share
FROM ranked
CROSS JOIN shown
CROSS JOIN usual
LEFT JOIN spent ON spent.client_id = ranked.client_id
LEFT JOIN payments ON payments.client_id = ranked.client_id
LEFT JOIN credits ON credits.client_id = ranked.client_id
