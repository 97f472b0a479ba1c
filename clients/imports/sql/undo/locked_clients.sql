-- One output row: a client that the import made or changed; nobody changes it, nor hangs anything on it, until the end.
SELECT client.id
FROM clients_client AS client
JOIN clients_undonerow AS mine ON mine."table" = 'clients_client' AND mine.row_id = client.id
WHERE mine.batch_id = %(batch)s
ORDER BY client.id
FOR UPDATE OF client
