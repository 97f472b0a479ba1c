-- One output row: a contact that the import changed, with the former values of what it changed.
UPDATE clients_contact AS contact
SET
    client_id = former.client_id,
    name = former.name,
    role = former.role,
    phone = former.phone,
    email = former.email,
    is_main = former.is_main,
    consented_at = former.consented_at,
    objected_at = former.objected_at
FROM clients_undonerow AS mine
JOIN clients_importchange AS change
    ON change.batch_id = %(batch)s
    AND change."table" = 'clients_contact'
    AND change.row_id = mine.row_id
    AND change.action = 'updated'
JOIN clients_contact AS present ON present.id = mine.row_id
CROSS JOIN LATERAL jsonb_populate_record(
    present,
    (
        SELECT coalesce(jsonb_object_agg(one.key, one.value), '{}')
        FROM jsonb_each(change.before) AS one
        WHERE one.value IS DISTINCT FROM change.after -> one.key
    )
) AS former
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_contact'
    AND mine.row_id = contact.id
