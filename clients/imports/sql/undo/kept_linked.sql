-- One output row: an invoice that the import created, and that a document which stays names; or that somebody linked to
-- another by hand. Run again until it finds none: what is kept may name others.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(linked)s
FROM clients_invoicelink AS link
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_invoice'
    AND mine.row_id IN (link.document_id, link.named_id)
    AND EXISTS (
        SELECT
        FROM clients_invoice AS own
        WHERE own.id = mine.row_id AND own.created_by_import_id = %(batch)s
    )
    AND (
        link.linked_by_id IS NOT NULL
        OR link.named_id = mine.row_id
        AND NOT EXISTS (
            SELECT
            FROM clients_undonerow AS document
            JOIN clients_invoice AS own ON own.id = document.row_id AND own.created_by_import_id = %(batch)s
            WHERE document.batch_id = %(batch)s
                AND document."table" = 'clients_invoice'
                AND document.row_id = link.document_id
                AND document.fate = 'undone'
        )
        AND NOT EXISTS (
            SELECT
            FROM clients_importchange AS change
            WHERE change.batch_id = %(batch)s
                AND change."table" = 'clients_invoicelink'
                AND change.row_id = link.id
                AND change.action = 'created'
        )
    )
