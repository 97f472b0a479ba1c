-- One output row: a document left out as a probable duplicate: its identity, what to call it, its euros in cents.
SELECT staged.external_id, concat_ws(' · ', nullif(staged.number, ''), client.name, staged.issued_on), staged.cents
FROM clients_stagedinvoice AS staged
JOIN clients_client AS client ON client.id = staged.client
WHERE staged.batch = %(batch)s AND staged.fate = 'probable-duplicate'
ORDER BY abs(staged.cents) DESC, staged.external_id
LIMIT %(most)s
