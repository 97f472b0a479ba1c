-- One output row: a document new to this source that another source already holds: same client, date and amount. As many
-- are left out as the other sources hold, the first by identity, so that importing again decides the same.
WITH ranked AS (
    SELECT
        staged."row",
        staged.client,
        staged.issued_on,
        staged.cents,
        staged.is_known,
        row_number() OVER (PARTITION BY staged.client, staged.issued_on, staged.cents ORDER BY staged.external_id) AS k
    FROM clients_stagedinvoice AS staged
    WHERE staged.batch = %(batch)s AND staged.fate = '' AND staged.status IN ('issued', 'paid') AND staged.cents <> 0
),
elsewhere AS (
    SELECT invoice.client_id, invoice.issued_on, (invoice.amount_ht * 100)::bigint AS cents, count(*) AS documents
    FROM clients_invoice AS invoice
    WHERE invoice.source_id <> %(source)s
        AND invoice.status IN ('issued', 'paid')
        AND invoice.client_id IN (SELECT ranked.client FROM ranked)
    GROUP BY invoice.client_id, invoice.issued_on, invoice.amount_ht
)
UPDATE clients_stagedinvoice AS staged
SET fate = 'probable-duplicate'
FROM ranked
JOIN elsewhere
    ON elsewhere.client_id = ranked.client
    AND elsewhere.issued_on = ranked.issued_on
    AND elsewhere.cents = ranked.cents
WHERE staged.batch = %(batch)s
    AND staged."row" = ranked."row"
    AND NOT ranked.is_known
    AND NOT staged.external_id = ANY(%(kept)s::text[])
    AND ranked.k <= elsewhere.documents
