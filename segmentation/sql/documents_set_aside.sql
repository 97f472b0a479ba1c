-- One row is one counted invoice with a positive amount that is not a purchase of its own, and why: `cancelled` in full
-- by credit notes that name it, `fee` (nothing but recurring services, when the rules set them aside), or `joined`
-- (a deposit or final invoice later than the first document of the same purchase, whose day is `purchased_on`). Its money
-- counts all the same.
CREATE TEMPORARY TABLE documents_set_aside AS
-- Read as `scored_documents` are, by a join: the documents that links name are looked up one by one.
WITH counted AS NOT MATERIALIZED (
    SELECT
        invoice.id,
        coalesce(rewritten.client_id, invoice.client_id) AS client_id,
        invoice.issued_on,
        coalesce(rewritten.amount_ht, invoice.amount_ht) AS amount_ht
    FROM clients_invoice AS invoice
    LEFT JOIN documents_rewritten AS rewritten ON rewritten.invoice_id = invoice.id
    WHERE
        invoice.status IN ('issued', 'paid')
        AND invoice.issued_on <= %(as_of)s
        AND (
            rewritten.invoice_id IS NOT NULL
            OR invoice.client_id NOT IN (SELECT client_id FROM segmentation_unscored WHERE run_id = %(run)s)
        )
),
-- A credit note that names several invoices is shared among them in proportion to their amounts.
given_back AS (
    SELECT
        named.id AS invoice_id,
        named.amount_ht,
        round(-note.amount_ht * named.amount_ht / sum(named.amount_ht) OVER (PARTITION BY note.id), 2) AS amount_back
    FROM clients_invoicelink AS link
    JOIN counted AS note ON note.id = link.document_id AND note.amount_ht < 0
    JOIN counted AS named ON named.id = link.named_id AND named.amount_ht > 0
    WHERE link.kind = 'cancels'
),
cancelled AS (
    SELECT invoice_id
    FROM given_back
    GROUP BY invoice_id, amount_ht
    HAVING sum(amount_back) >= amount_ht
),
fees AS (
    SELECT invoice.id AS invoice_id
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id AND rules.sets_recurring_aside
    CROSS JOIN counted AS invoice
    JOIN clients_invoiceline AS line ON line.invoice_id = invoice.id
    JOIN clients_service AS service ON service.id = line.service_id AND service.is_recurring
        AND service.id <> ALL (rules.excluded_services)  -- already out of the amount
    WHERE run.id = %(run)s AND invoice.amount_ht > 0
    GROUP BY invoice.id, invoice.amount_ht
    HAVING invoice.amount_ht - sum(line.amount_ht) <= 0
),
members AS (
    SELECT final.id AS final_id, final.id AS invoice_id, final.issued_on, final.amount_ht
    FROM counted AS final
    WHERE EXISTS (
        SELECT FROM clients_invoicelink AS link WHERE link.document_id = final.id AND link.kind = 'deposit'
    )
    UNION ALL
    SELECT final.id, deposit.id, deposit.issued_on, deposit.amount_ht
    FROM clients_invoicelink AS link
    JOIN counted AS final ON final.id = link.document_id
    JOIN counted AS deposit ON deposit.id = link.named_id
    WHERE link.kind = 'deposit'
),
joined AS (
    SELECT
        invoice_id,
        row_number() OVER (PARTITION BY final_id ORDER BY issued_on, invoice_id) AS place,
        min(issued_on) OVER (PARTITION BY final_id) AS purchased_on
    FROM members
    WHERE
        amount_ht > 0
        AND invoice_id NOT IN (SELECT invoice_id FROM cancelled)
        AND invoice_id NOT IN (SELECT invoice_id FROM fees)
),
set_aside AS (
    SELECT invoice_id, 'cancelled' AS reason, NULL::date AS purchased_on FROM cancelled
    UNION ALL
    SELECT invoice_id, 'fee', NULL FROM fees WHERE invoice_id NOT IN (SELECT invoice_id FROM cancelled)
    UNION ALL
    SELECT invoice_id, 'joined', min(purchased_on) FROM joined WHERE place > 1 GROUP BY invoice_id
)
SELECT set_aside.invoice_id, set_aside.reason, set_aside.purchased_on, invoice.client_id, invoice.issued_on
FROM set_aside
JOIN counted AS invoice ON invoice.id = set_aside.invoice_id
