-- One output row: the state of an erased client's invoice before an import changed it, without its labels nor the client
-- that its identity names. Undoing the import still gives back amounts, dates and services.
UPDATE clients_importchange AS change
SET before = change.before || jsonb_build_object('external_id', '') || CASE
    WHEN change.before ? 'lines' THEN jsonb_build_object(
        'lines',
        (
            SELECT coalesce(jsonb_agg(line || jsonb_build_object('label', '')), '[]')
            FROM jsonb_array_elements(change.before -> 'lines') AS line
        )
    )
    ELSE '{}'::jsonb
END
FROM clients_invoice AS invoice
WHERE change."table" = 'clients_invoice'
    AND change.row_id = invoice.id
    AND invoice.client_id = ANY(%(clients)s)
