-- One row is one client and one open objective on services, or on needs: what it brought since the first day of the objective, and
-- what it could bring in a year, its holes filled. Rows of zero are left out. Only this objective, when one is named.
-- A hole is a service of the objective that a scored client does not hold, and that nobody said to be refused, had
-- elsewhere or irrelevant; it is worth what the opportunities of the run say (`offer_odds.sql`). An objective on needs is
-- about the services that answer them, bought by the clients who have one of them.
INSERT INTO segmentation_clientobjective (run_id, objective_id, client_id, score_id, contribution, potential)
WITH run AS (
    SELECT run.id, run.as_of, run.tier_from, rules.excluded_services
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id = %(run)s
),
apart AS (
    SELECT client_id, head_id FROM segmentation_unscored WHERE run_id = %(run)s
),
scopes AS (
    SELECT objective_id, service_id
    FROM segmentation_objective_services
    UNION
    SELECT scope.objective_id, answer.service_id
    FROM segmentation_objective_needs AS scope
    JOIN segmentation_needservice AS answer ON answer.need_id = scope.need_id
),
wanted AS (
    SELECT
        objective.id AS objective_id,
        scope.service_id,
        objective.starts_on,
        least(objective.ends_on, run.as_of) AS until,
        run.as_of,
        run.tier_from,
        least(objective.starts_on - 1, run.tier_from) AS read_from
    FROM segmentation_objective AS objective
    JOIN scopes AS scope ON scope.objective_id = objective.id
    CROSS JOIN run
    WHERE
        objective.closed_at IS NULL
        AND objective.kind IN ('services', 'needs')
        AND scope.service_id <> ALL (run.excluded_services)
        AND (%(objective)s::bigint IS NULL OR objective.id = %(objective)s::bigint)
),
concerned AS (
    SELECT DISTINCT scope.objective_id, coalesce(apart.head_id, need.client_id) AS client_id
    FROM segmentation_objective_needs AS scope
    JOIN segmentation_clientneed AS need ON need.need_id = scope.need_id AND NOT need.is_refuted
    LEFT JOIN apart ON apart.client_id = need.client_id
),
sold AS (
    SELECT
        wanted.objective_id,
        wanted.service_id,
        coalesce(apart.head_id, invoice.client_id) AS client_id,
        coalesce(sum(line.amount_ht) FILTER (
            WHERE invoice.issued_on >= wanted.starts_on AND invoice.issued_on <= wanted.until
        ), 0) AS contribution,
        coalesce(sum(line.amount_ht) FILTER (WHERE invoice.issued_on > wanted.tier_from), 0) AS yearly
    FROM wanted
    JOIN clients_invoiceline AS line ON line.service_id = wanted.service_id
    JOIN clients_invoice AS invoice ON invoice.id = line.invoice_id
    LEFT JOIN apart ON apart.client_id = invoice.client_id
    WHERE
        (apart.client_id IS NULL OR apart.head_id IS NOT NULL)
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on > wanted.read_from
        AND invoice.issued_on <= wanted.as_of
    GROUP BY wanted.objective_id, wanted.service_id, coalesce(apart.head_id, invoice.client_id)
),
scored AS (
    SELECT id, client_id, segment
    FROM segmentation_score
    WHERE run_id = %(run)s
),
-- Looked up by group of clients alike, with the opportunities last found: those of this run, once they are.
holes AS (
    SELECT wanted.objective_id, peer.client_id, odds.worth
    FROM wanted
    JOIN segmentation_offering AS offering
        ON offering.run_id = %(opportunities)s AND offering.service_id = wanted.service_id
    JOIN segmentation_offerodds AS odds ON odds.offering_id = offering.id AND odds.worth > 0
    JOIN segmentation_peer AS peer ON peer.run_id = %(opportunities)s AND peer.group_id = odds.group_id
    LEFT JOIN segmentation_holding AS holding
        ON holding.offering_id = offering.id AND holding.client_id = peer.client_id
    WHERE
        holding.client_id IS NULL
        AND NOT EXISTS (
            SELECT
            FROM segmentation_hole AS hole
            WHERE
                hole.client_id = peer.client_id
                AND hole.service_id = wanted.service_id
                AND hole.lifted_at IS NULL
                AND hole.until >= %(today)s
        )
),
brought AS (
    SELECT objective_id, client_id, sum(contribution) AS contribution, 0 AS potential
    FROM sold
    GROUP BY objective_id, client_id
    UNION ALL
    SELECT objective_id, client_id, 0, sum(worth)
    FROM holes
    GROUP BY objective_id, client_id
)
SELECT
    %(run)s,
    brought.objective_id,
    brought.client_id,
    scored.id,
    sum(brought.contribution),
    sum(brought.potential)
FROM brought
JOIN segmentation_objective AS objective ON objective.id = brought.objective_id
LEFT JOIN scored ON scored.client_id = brought.client_id
WHERE
    objective.kind = 'services'
    OR (brought.objective_id, brought.client_id) IN (SELECT objective_id, client_id FROM concerned)
GROUP BY brought.objective_id, brought.client_id, scored.id
HAVING sum(brought.contribution) <> 0 OR sum(brought.potential) > 0
