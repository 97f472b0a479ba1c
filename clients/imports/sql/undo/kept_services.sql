-- One output row: a service that the import created, and that undoing a later import would give a line back to.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(changed_later)s
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_service'
    AND mine.row_id IN (
        SELECT (line ->> 'service_id')::bigint
        FROM clients_importchange AS other
        CROSS JOIN LATERAL jsonb_array_elements(other.before -> 'lines') AS line
        WHERE other.batch_id <> %(batch)s
            AND other."table" = 'clients_invoice'
            AND line ->> 'service_id' IS NOT NULL
    )
