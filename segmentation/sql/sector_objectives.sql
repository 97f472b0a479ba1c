-- One row is one client and one open objective on sectors: what a client of these sectors brought since the first day of
-- the objective, and what it could bring in a year. Rows of zero are left out. Only this objective, when one is named.
-- A client of the sector is a hole when it brought nothing over the tier window. It is worth the median revenue of the
-- sector's clients of the same segment who did, of all those of the sector when fewer than 5 are there. `propensity`
-- stands for the chance to fill it: certainty, until it is measured. As in the run, what companies of a scored group
-- bring is their head's: of those in the sector alone, so that the total is the same scored one by one or by group. What
-- the rules leave out brings nothing.
INSERT INTO segmentation_clientobjective (run_id, objective_id, client_id, score_id, contribution, potential)
WITH apart AS (
    SELECT client_id, head_id FROM segmentation_unscored WHERE run_id = %(run)s
),
companies AS (
    SELECT
        objective.id AS objective_id,
        objective.starts_on,
        least(objective.ends_on, run.as_of) AS until,
        client.id AS company_id,
        coalesce(apart.head_id, client.id) AS client_id
    FROM segmentation_objective AS objective
    JOIN segmentation_scoringrun AS run ON run.id = %(run)s
    JOIN clients_client AS client
        ON upper(replace(client.naf_code, '.', '')) ^@ ANY(objective.sectors)
        AND client.merged_into_id IS NULL
    LEFT JOIN apart ON apart.client_id = client.id
    WHERE
        (apart.client_id IS NULL OR apart.head_id IS NOT NULL)
        AND objective.closed_at IS NULL
        AND objective.kind = 'sectors'
        AND (%(objective)s::bigint IS NULL OR objective.id = %(objective)s::bigint)
),
members AS (
    SELECT unit.objective_id, unit.client_id, score.id AS score_id, score.segment, score.tier_revenue
    FROM (SELECT DISTINCT objective_id, client_id FROM companies) AS unit
    LEFT JOIN segmentation_score AS score ON score.run_id = %(run)s AND score.client_id = unit.client_id
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
sold AS (
    SELECT
        companies.objective_id,
        companies.client_id,
        sum(invoice.amount_ht - coalesce(left_out.amount, 0)) AS contribution
    FROM companies
    JOIN clients_invoice AS invoice
        ON invoice.client_id = companies.company_id
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on >= companies.starts_on
        AND invoice.issued_on <= companies.until
    LEFT JOIN left_out ON left_out.invoice_id = invoice.id
    GROUP BY companies.objective_id, companies.client_id
),
in_sector AS (
    SELECT objective_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY tier_revenue) AS median
    FROM members
    WHERE tier_revenue > 0
    GROUP BY objective_id
),
in_segment AS (
    SELECT objective_id, segment, percentile_cont(0.5) WITHIN GROUP (ORDER BY tier_revenue) AS median
    FROM members
    WHERE tier_revenue > 0 AND segment <> ''
    GROUP BY objective_id, segment
    HAVING count(*) >= 5
),
valued AS (
    SELECT
        members.objective_id,
        members.client_id,
        members.score_id,
        coalesce(sold.contribution, 0) AS contribution,
        CASE
            WHEN members.tier_revenue <= 0
                THEN coalesce(in_segment.median, in_sector.median, 0)
            ELSE 0
        END AS amount,
        1 AS propensity
    FROM members
    LEFT JOIN sold ON sold.objective_id = members.objective_id AND sold.client_id = members.client_id
    LEFT JOIN in_sector ON in_sector.objective_id = members.objective_id
    LEFT JOIN in_segment
        ON in_segment.objective_id = members.objective_id AND in_segment.segment = members.segment
)
SELECT
    %(run)s,
    objective_id,
    client_id,
    score_id,
    contribution,
    round((amount * propensity)::numeric, 2)
FROM valued
WHERE contribution <> 0 OR round((amount * propensity)::numeric, 2) > 0
