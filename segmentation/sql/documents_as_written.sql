-- One row is one counted invoice up to the as-of date that the run reads as it is written. As long as the rules neither
-- group clients nor leave anything out, that is all of them.
CREATE TEMPORARY VIEW documents_as_written AS
SELECT id, client_id, issued_on, amount_ht
FROM clients_invoice
WHERE
    status IN ('issued', 'paid')
    AND issued_on <= %(as_of)s
    AND client_id NOT IN (SELECT client_id FROM segmentation_unscored WHERE run_id = %(run)s)
    AND id NOT IN (SELECT invoice_id FROM documents_rewritten)
