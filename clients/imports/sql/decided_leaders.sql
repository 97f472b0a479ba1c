-- One output row: a client of the files that somebody found to be another client of the same files, with that one.
UPDATE clients_stagedclient AS staged
SET leader = leader.number
FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(leader_kinds)s::text[], %(leader_keys)s::text[])
    AS decided (kind, key, leader_kind, leader_key)
JOIN clients_stagedclient AS leader
    ON leader.batch = %(batch)s AND leader.key_kind = decided.leader_kind AND leader.key = decided.leader_key
WHERE staged.batch = %(batch)s
    AND staged.key_kind = decided.kind
    AND staged.key = decided.key
    AND staged.number <> leader.number
