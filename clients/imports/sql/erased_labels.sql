-- One output row: a line of an erased client, without what its label says. After documents were compared with those
-- known, so that the same file still says the same thing.
UPDATE clients_stagedline AS line
SET label = ''
FROM clients_stagedclient AS client
WHERE line.batch = %(batch)s
    AND client.batch = line.batch
    AND client.number = line.client
    AND client.is_erased
    AND line.label <> ''
