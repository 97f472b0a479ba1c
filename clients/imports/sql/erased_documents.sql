-- One output row: a line whose document is named after an erased client (FEC: …/client/k), with its hash in that place,
-- as the documents that are known have it.
UPDATE clients_stagedline AS line
SET external_id = left(
    substr(replace('/' || line.external_id, '/' || known.former || '/', '/' || known.latter || '/'), 2), 400
)
FROM unnest(%(numbers)s::int[], %(formers)s::text[], %(latters)s::text[]) AS known (number, former, latter)
WHERE line.batch = %(batch)s AND line.client = known.number AND line.external_id <> ''
