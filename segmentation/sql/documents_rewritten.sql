-- One row is one counted invoice that a run reads otherwise than it is written: under the head of its client's group, or
-- without its lines of the services that the rules leave out.
CREATE TEMPORARY TABLE documents_rewritten AS
WITH left_out AS (
    SELECT line.invoice_id, sum(line.amount_ht) AS amount
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    CROSS JOIN unnest(rules.excluded_services) AS excluded (service_id)
    JOIN clients_invoiceline AS line ON line.service_id = excluded.service_id
    WHERE run.id = %(run)s
    GROUP BY line.invoice_id
),
grouped AS (
    SELECT client_id, head_id FROM segmentation_unscored WHERE run_id = %(run)s AND reason = 'group'
)
SELECT
    invoice.id AS invoice_id,
    grouped.head_id AS client_id,
    invoice.issued_on,
    (invoice.amount_ht - coalesce(left_out.amount, 0))::numeric(14, 2) AS amount_ht
FROM grouped
JOIN clients_invoice AS invoice ON invoice.client_id = grouped.client_id
LEFT JOIN left_out ON left_out.invoice_id = invoice.id
WHERE invoice.status IN ('issued', 'paid') AND invoice.issued_on <= %(as_of)s
UNION ALL
SELECT
    invoice.id,
    invoice.client_id,
    invoice.issued_on,
    (invoice.amount_ht - left_out.amount)::numeric(14, 2)
FROM left_out
JOIN clients_invoice AS invoice ON invoice.id = left_out.invoice_id
WHERE
    invoice.status IN ('issued', 'paid')
    AND invoice.issued_on <= %(as_of)s
    AND invoice.client_id NOT IN (SELECT client_id FROM segmentation_unscored WHERE run_id = %(run)s)
