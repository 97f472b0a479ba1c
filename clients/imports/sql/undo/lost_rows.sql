-- One output row: a row that the import changed and that is no longer there: there is nothing to give its values back to.
INSERT INTO clients_undonerow (batch_id, "table", row_id, label, fate, reason)
SELECT
    %(batch)s,
    change."table",
    change.row_id,
    left(
        coalesce(nullif(change.before ->> 'number', ''), nullif(change.before ->> 'name', ''), 'n° ' || change.row_id),
        255
    ),
    'error',
    %(gone)s
FROM clients_importchange AS change
WHERE change.batch_id = %(batch)s AND change.action IN ('updated', 'cancelled')
ON CONFLICT (batch_id, "table", row_id) DO NOTHING
