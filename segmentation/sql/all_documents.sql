-- One row is one document that the run reads: all of them, when it can trust nothing that an earlier one kept.
CREATE TEMPORARY VIEW documents_to_read AS
SELECT id, client_id, issued_on, amount_ht, true AS is_changed
FROM scored_documents
