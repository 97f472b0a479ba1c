-- One output row: a row of which something that the import changed is no longer as the import left it.
UPDATE clients_undonerow AS mine
SET fate = 'kept', reason = %(changed)s
FROM clients_importchange AS change
JOIN (
    SELECT 'clients_client' AS "table", client.id, to_jsonb(client) AS image
    FROM clients_importchange AS own
    JOIN clients_client AS client ON client.id = own.row_id
    WHERE own.batch_id = %(batch)s AND own."table" = 'clients_client'
    UNION ALL
    SELECT 'clients_contact', contact.id, to_jsonb(contact)
    FROM clients_importchange AS own
    JOIN clients_contact AS contact ON contact.id = own.row_id
    WHERE own.batch_id = %(batch)s AND own."table" = 'clients_contact'
    UNION ALL
    SELECT 'clients_yearlytotal', total.id, to_jsonb(total)
    FROM clients_importchange AS own
    JOIN clients_yearlytotal AS total ON total.id = own.row_id
    WHERE own.batch_id = %(batch)s AND own."table" = 'clients_yearlytotal'
) AS present ON present."table" = change."table" AND present.id = change.row_id
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = change."table"
    AND mine.row_id = change.row_id
    AND change.batch_id = %(batch)s
    AND change.action = 'updated'
    AND EXISTS (
        SELECT
        FROM jsonb_each(change.before) AS former
        WHERE former.value IS DISTINCT FROM change.after -> former.key
            AND present.image -> former.key IS DISTINCT FROM change.after -> former.key
    )
