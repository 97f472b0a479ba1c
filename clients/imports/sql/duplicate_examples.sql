-- One output row: a document left out as a probable duplicate, with its euros in cents, oldest first.
SELECT concat_ws(' · ', nullif(staged.number, ''), client.name, staged.issued_on), staged.cents
FROM clients_stagedinvoice AS staged
JOIN clients_client AS client ON client.id = staged.client
WHERE staged.batch = %(batch)s AND staged.fate = 'probable-duplicate'
ORDER BY staged.issued_on, staged.external_id
LIMIT 1000
