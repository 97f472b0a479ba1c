-- One row is one counted invoice with a positive amount that is not a purchase of its own, and why: `cancelled` in full
-- by credit notes that name it, `fee` (nothing but recurring services, when the rules set them aside), or `joined`
-- (a deposit or final invoice later than the first document of the same purchase). Its money counts all the same.
CREATE TEMPORARY TABLE documents_set_aside AS
WITH counted AS NOT MATERIALIZED (
    SELECT id, client_id, issued_on, amount_ht
    FROM clients_invoice
    WHERE status IN ('issued', 'paid') AND issued_on <= %(as_of)s
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
        row_number() OVER (PARTITION BY final_id ORDER BY issued_on, invoice_id) AS place
    FROM members
    WHERE
        amount_ht > 0
        AND invoice_id NOT IN (SELECT invoice_id FROM cancelled)
        AND invoice_id NOT IN (SELECT invoice_id FROM fees)
),
set_aside AS (
    SELECT invoice_id, 'cancelled' AS reason FROM cancelled
    UNION ALL
    SELECT invoice_id, 'fee' FROM fees WHERE invoice_id NOT IN (SELECT invoice_id FROM cancelled)
    UNION ALL
    SELECT DISTINCT invoice_id, 'joined' FROM joined WHERE place > 1
)
SELECT set_aside.invoice_id, set_aside.reason, invoice.client_id, invoice.issued_on
FROM set_aside
JOIN clients_invoice AS invoice ON invoice.id = set_aside.invoice_id
