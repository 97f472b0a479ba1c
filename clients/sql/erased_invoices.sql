-- One output row: an invoice named after an erased client (client/date/amount/k in a table, …/client/k in a FEC), with
-- a hash in that place: the same file still finds it.
UPDATE clients_invoice AS invoice
SET external_id = left(
    substr(replace('/' || invoice.external_id, '/' || known.former || '/', '/' || known.latter || '/'), 2), 400
)
FROM unnest(%(formers)s::text[], %(latters)s::text[]) AS known (former, latter)
WHERE invoice.client_id = ANY(%(clients)s)
    AND strpos('/' || invoice.external_id, '/' || known.former || '/') > 0
