-- One output row: the state in which this import leaves a row that it changed. An invoice says itself who changed it.
UPDATE clients_importchange AS change
SET after = present.image
FROM (
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
) AS present
WHERE change.batch_id = %(batch)s
    AND change."table" = present."table"
    AND change.row_id = present.id
    AND change.action = 'updated'
