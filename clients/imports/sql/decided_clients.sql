-- One output row: a client of the files that somebody found to be one already known, with that client.
UPDATE clients_stagedclient AS staged
SET client = coalesce(client.merged_into_id, client.id)
FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(clients)s::bigint[]) AS decided (kind, key, client)
JOIN clients_client AS client ON client.id = decided.client
WHERE staged.batch = %(batch)s AND staged.key_kind = decided.kind AND staged.key = decided.key
