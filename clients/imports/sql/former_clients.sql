-- One output row: the state of a client before this import fills what nobody had written about it.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT DISTINCT ON (former.id) %(batch)s, 'clients_client', former.id, 'updated', to_jsonb(former)
FROM clients_stagedclient AS staged
JOIN clients_client AS former ON former.id = staged.client
WHERE staged.batch = %(batch)s
    AND NOT staged.is_new
    AND (
        former.code = '' AND staged.code <> ''
        OR former.siren = '' AND staged.siren <> ''
        OR former.siret = '' AND staged.siret <> ''
        OR former.vat_number = '' AND staged.vat_number <> ''
        OR former.email = '' AND staged.email <> ''
        OR former.phone = '' AND staged.phone <> ''
        OR former.address = '' AND staged.address <> ''
        OR former.postcode = '' AND staged.postcode <> ''
        OR former.city = '' AND staged.city <> ''
        OR former.naf_code = '' AND staged.naf_code <> ''
    )
ON CONFLICT (batch_id, "table", row_id) DO NOTHING
