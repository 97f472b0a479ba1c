-- One row is one document that the run reads: those of the clients whose kept figures no longer hold. Documents are read
-- as they are written, or nothing was kept (`segmentation.keeping`).
CREATE TEMPORARY VIEW documents_to_read AS
SELECT invoice.id, invoice.client_id, invoice.issued_on, invoice.amount_ht, stale.is_changed
FROM stale_clients AS stale
JOIN clients_invoice AS invoice ON invoice.client_id = stale.client_id
WHERE
    invoice.status IN ('issued', 'paid')
    AND invoice.issued_on <= %(as_of)s
    AND invoice.client_id NOT IN (SELECT client_id FROM segmentation_unscored WHERE run_id = %(run)s)
