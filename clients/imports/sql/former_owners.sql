-- One output row: the state of a known client before this import gives it to somebody.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT DISTINCT %(batch)s, 'clients_client', former.id, 'updated', to_jsonb(former)
FROM clients_stagedclient AS staged
JOIN clients_client AS former ON former.id = staged.client
WHERE staged.batch = %(batch)s
    AND staged.owner <> ''
    AND former.owner_id IS NULL
    AND former.created_by_import_id IS DISTINCT FROM %(batch)s
ON CONFLICT (batch_id, "table", row_id) DO NOTHING
