-- One output row: a client that the import completed, with the former values of what it changed.
UPDATE clients_client AS client
SET
    name = former.name,
    code = former.code,
    kind = former.kind,
    siren = former.siren,
    siret = former.siret,
    vat_number = former.vat_number,
    naf_code = former.naf_code,
    naf_nomenclature = former.naf_nomenclature,
    address = former.address,
    postcode = former.postcode,
    city = former.city,
    country = former.country,
    email = former.email,
    phone = former.phone,
    client_since = former.client_since,
    owner_id = former.owner_id,
    head_id = former.head_id,
    notes = former.notes
FROM clients_undonerow AS mine
JOIN clients_importchange AS change
    ON change.batch_id = %(batch)s AND change."table" = 'clients_client' AND change.row_id = mine.row_id
JOIN clients_client AS present ON present.id = mine.row_id
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
    AND mine."table" = 'clients_client'
    AND mine.row_id = client.id
