-- One row is one counted invoice up to the as-of date as the run reads it: the client that it is scored under, its date
-- and its amount. The first branch, ordered, still comes from the covering index `counted_invoices_by_client` without a
-- sort: the two are merged.
CREATE TEMPORARY VIEW scored_documents AS
(SELECT id, client_id, issued_on, amount_ht FROM documents_as_written ORDER BY client_id, issued_on)
UNION ALL
SELECT invoice_id, client_id, issued_on, amount_ht
FROM documents_rewritten
