-- One output row: an invoice as it was before the import changed or cancelled it. One whose former client was merged
-- into another since is that other's.
WITH RECURSIVE followed AS (
    SELECT client.id, client.merged_into_id AS into_id
    FROM clients_client AS client
    WHERE client.merged_into_id IS NOT NULL
    UNION ALL
    SELECT followed.id, further.merged_into_id
    FROM followed
    JOIN clients_client AS further ON further.id = followed.into_id
    WHERE further.merged_into_id IS NOT NULL
),
standing AS (
    SELECT followed.id, followed.into_id
    FROM followed
    JOIN clients_client AS client ON client.id = followed.into_id AND client.merged_into_id IS NULL
)
UPDATE clients_invoice AS invoice
SET
    number = former.number,
    client_id = coalesce(standing.into_id, former.client_id),
    kind = former.kind,
    status = former.status,
    issued_on = former.issued_on,
    due_on = former.due_on,
    paid_on = former.paid_on,
    amount_ht = former.amount_ht,
    amount_vat = former.amount_vat,
    journal = former.journal,
    booked_on = former.booked_on,
    digest = former.digest,
    updated_by_import_id = former.updated_by_import_id
FROM clients_undonerow AS mine
JOIN clients_importchange AS change
    ON change.batch_id = %(batch)s AND change."table" = 'clients_invoice' AND change.row_id = mine.row_id
CROSS JOIN LATERAL jsonb_populate_record(NULL::clients_invoice, change.before) AS former
LEFT JOIN standing ON standing.id = former.client_id
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_invoice'
    AND mine.row_id = invoice.id
