-- One output row: a need of a client whose answer changed: whether, net of credit notes, it (or its group, where groups
-- are scored) bought one of the services that answer it over the 12 months up to the as-of date. Services that the rules
-- leave out answer nothing; a client that they leave out answers for itself. Of these clients alone, when some are
-- named, `buyers` being those that make up their groups.
WITH apart AS (
    SELECT client_id, head_id FROM segmentation_unscored WHERE run_id = %(run)s
),
held AS (
    SELECT DISTINCT bought.need_id, bought.client_id
    FROM (
        SELECT answer.need_id, coalesce(apart.head_id, invoice.client_id) AS client_id, line.service_id
        FROM segmentation_needservice AS answer
        JOIN clients_invoiceline AS line ON line.service_id = answer.service_id
        JOIN clients_invoice AS invoice ON invoice.id = line.invoice_id
        LEFT JOIN apart ON apart.client_id = invoice.client_id
        WHERE answer.need_id = ANY(%(needs)s)
            AND answer.service_id NOT IN (
                SELECT unnest(rules.excluded_services)
                FROM segmentation_scoringrun AS run
                JOIN segmentation_rules AS rules ON rules.id = run.rules_id
                WHERE run.id = %(run)s
            )
            AND (%(buyers)s::bigint[] IS NULL OR invoice.client_id = ANY(%(buyers)s))
            AND invoice.status IN ('issued', 'paid')
            AND invoice.issued_on > %(since)s
            AND invoice.issued_on <= %(as_of)s
        GROUP BY answer.need_id, coalesce(apart.head_id, invoice.client_id), line.service_id
        HAVING sum(line.amount_ht) > 0
    ) AS bought
),
answer AS (
    SELECT own.id, held.client_id IS NOT NULL AS is_answered
    FROM segmentation_clientneed AS own
    LEFT JOIN apart ON apart.client_id = own.client_id
    LEFT JOIN held ON held.need_id = own.need_id AND held.client_id = coalesce(apart.head_id, own.client_id)
    WHERE own.need_id = ANY(%(needs)s)
        AND (%(clients)s::bigint[] IS NULL OR own.client_id = ANY(%(clients)s))
)
UPDATE segmentation_clientneed AS own
SET is_answered = answer.is_answered
FROM answer
WHERE own.id = answer.id AND own.is_answered <> answer.is_answered
