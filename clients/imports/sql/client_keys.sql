-- One output row: a way of knowing a client that was not known before. A key never changes hands here.
INSERT INTO clients_clientkey (client_id, source_id, kind, value, created_by_import_id)
SELECT staged.client, %(source)s, staged.key_kind, staged.key, %(batch)s
FROM clients_stagedclient AS staged
WHERE staged.batch = %(batch)s AND staged.client IS NOT NULL AND staged.key_kind IN ('code', 'account', 'name')
UNION ALL
SELECT staged.client, %(source)s, 'account', staged.account, %(batch)s
FROM clients_stagedclient AS staged
WHERE staged.batch = %(batch)s AND staged.client IS NOT NULL AND staged.account <> '' AND staged.key_kind <> 'account'
UNION ALL
-- A client known by a legal identity answers to its exact name too, when a row forgets the identity.
SELECT staged.client, %(source)s, 'name', lower(regexp_replace(staged.name, '\s+', ' ', 'g')), %(batch)s
FROM clients_stagedclient AS staged
WHERE staged.batch = %(batch)s AND staged.client IS NOT NULL AND staged.key_kind IN ('siret', 'vat')
    AND NOT staged.is_erased
UNION ALL
SELECT staged.client, NULL, 'siret', staged.siret, %(batch)s
FROM clients_stagedclient AS staged
WHERE staged.batch = %(batch)s AND staged.client IS NOT NULL AND staged.siret <> ''
UNION ALL
SELECT staged.client, NULL, 'vat', staged.vat_number, %(batch)s
FROM clients_stagedclient AS staged
WHERE staged.batch = %(batch)s AND staged.client IS NOT NULL AND staged.vat_number <> ''
ON CONFLICT (source_id, kind, value) DO NOTHING
