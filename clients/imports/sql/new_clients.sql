-- One output row: a client that this import is the first to name.
INSERT INTO clients_client (
    id, name, code, kind, siren, siret, vat_number, naf_code, naf_nomenclature, address, postcode, city, country,
    email, phone, notes, created_by_import_id, created_at
)
SELECT
    staged.client, staged.name, staged.code, 'company', staged.siren, staged.siret, staged.vat_number,
    staged.naf_code, CASE staged.naf_code WHEN '' THEN '' ELSE 'NAFRev2' END,
    staged.address, staged.postcode, staged.city, 'FR', staged.email, staged.phone, '', %(batch)s, now()
FROM clients_stagedclient AS staged
WHERE staged.batch = %(batch)s AND staged.is_new
