-- One row is one client that the rule of a need finds: by activity, by what it bought since the rule's date, or by both.
-- A service was bought when its lines of counted invoices, credit notes taken off, add up to more than nothing. As in
-- the run on show, what companies of a scored group do and buy is their head's, and what the rules leave out is nobody's.
CREATE TEMPORARY TABLE need_matches ON COMMIT DROP AS
WITH rule AS (
    SELECT need, needs_all, since, criteria
    FROM unnest(%(needs)s::bigint[], %(needs_all)s::boolean[], %(since)s::date[], %(criteria)s::int[])
        AS one (need, needs_all, since, criteria)
),
activity AS (
    SELECT need, prefix
    FROM unnest(%(activity_needs)s::bigint[], %(prefixes)s::text[]) AS one (need, prefix)
),
purchase AS (
    SELECT need, service
    FROM unnest(%(service_needs)s::bigint[], %(services)s::bigint[]) AS one (need, service)
    WHERE service NOT IN (
        SELECT unnest(rules.excluded_services)
        FROM segmentation_scoringrun AS run
        JOIN segmentation_rules AS rules ON rules.id = run.rules_id
        WHERE run.id = %(run)s
    )
),
apart AS (
    SELECT client_id, head_id FROM segmentation_unscored WHERE run_id = %(run)s
),
active AS (
    SELECT DISTINCT activity.need, coalesce(apart.head_id, client.id) AS client
    FROM activity
    JOIN clients_client AS client
        ON left(client.naf_code, 2) = left(activity.prefix, 2) -- a prefix has a division at least: a hash finds it
        AND client.naf_code LIKE activity.prefix || '%%'
        AND client.merged_into_id IS NULL
    LEFT JOIN apart ON apart.client_id = client.id
    WHERE apart.client_id IS NULL OR apart.head_id IS NOT NULL
),
bought AS (
    SELECT purchase.need, coalesce(apart.head_id, invoice.client_id) AS client, line.service_id
    FROM purchase
    JOIN rule ON rule.need = purchase.need
    JOIN clients_invoiceline AS line ON line.service_id = purchase.service
    JOIN clients_invoice AS invoice ON invoice.id = line.invoice_id
    LEFT JOIN apart ON apart.client_id = invoice.client_id
    WHERE (apart.client_id IS NULL OR apart.head_id IS NOT NULL)
        AND invoice.status IN ('issued', 'paid')
        AND invoice.issued_on > (SELECT min(since) FROM rule)
        AND invoice.issued_on > rule.since
        AND invoice.issued_on <= %(as_of)s
    GROUP BY purchase.need, coalesce(apart.head_id, invoice.client_id), line.service_id
    HAVING sum(line.amount_ht) > 0
),
found AS (
    SELECT need, client FROM active
    UNION ALL
    SELECT DISTINCT need, client FROM bought
)
SELECT rule.need AS need_id, found.client AS client_id
FROM found
JOIN rule ON rule.need = found.need
WHERE found.client NOT IN (SELECT id FROM clients_client WHERE merged_into_id IS NOT NULL)
GROUP BY rule.need, found.client, rule.needs_all, rule.criteria
HAVING NOT rule.needs_all OR count(*) = rule.criteria
