-- One output row: the state of a client before this import fills what nobody had written about it.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT DISTINCT ON (client.id) %(batch)s, 'clients_client', client.id, 'updated', to_jsonb(client)
FROM clients_stagedclient AS staged
JOIN clients_client AS client ON client.id = staged.client
WHERE staged.batch = %(batch)s
    AND NOT staged.is_new
    AND (
        client.code = '' AND staged.code <> ''
        OR client.siren = '' AND staged.siren <> ''
        OR client.siret = '' AND staged.siret <> ''
        OR client.vat_number = '' AND staged.vat_number <> ''
        OR client.email = '' AND staged.email <> ''
        OR client.phone = '' AND staged.phone <> ''
        OR client.address = '' AND staged.address <> ''
        OR client.postcode = '' AND staged.postcode <> ''
        OR client.city = '' AND staged.city <> ''
    )
ON CONFLICT (batch_id, "table", row_id) DO NOTHING
