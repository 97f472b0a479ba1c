-- One output row: a known client whose blanks this import fills. What a person wrote is never replaced.
UPDATE clients_client AS client
SET
    code = coalesce(nullif(client.code, ''), staged.code),
    siren = coalesce(nullif(client.siren, ''), staged.siren),
    siret = coalesce(nullif(client.siret, ''), staged.siret),
    vat_number = coalesce(nullif(client.vat_number, ''), staged.vat_number),
    email = coalesce(nullif(client.email, ''), staged.email),
    phone = coalesce(nullif(client.phone, ''), staged.phone),
    address = coalesce(nullif(client.address, ''), staged.address),
    postcode = coalesce(nullif(client.postcode, ''), staged.postcode),
    city = coalesce(nullif(client.city, ''), staged.city),
    naf_nomenclature = CASE WHEN client.naf_code = '' AND staged.naf_code <> '' THEN 'NAFRev2' ELSE client.naf_nomenclature END,
    naf_code = coalesce(nullif(client.naf_code, ''), staged.naf_code)
FROM (
    SELECT
        client,
        max(code) AS code,
        max(siren) AS siren,
        max(siret) AS siret,
        max(vat_number) AS vat_number,
        max(email) AS email,
        max(phone) AS phone,
        max(address) AS address,
        max(postcode) AS postcode,
        max(city) AS city,
        max(naf_code) AS naf_code
    FROM clients_stagedclient
    WHERE batch = %(batch)s AND client IS NOT NULL
    GROUP BY client
) AS staged
WHERE client.id = staged.client
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
        OR client.naf_code = '' AND staged.naf_code <> ''
    )
