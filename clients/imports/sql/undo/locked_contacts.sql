-- One output row: a contact that the import made or changed; nobody changes it until the end.
SELECT contact.id
FROM clients_contact AS contact
JOIN clients_undonerow AS mine ON mine."table" = 'clients_contact' AND mine.row_id = contact.id
WHERE mine.batch_id = %(batch)s
ORDER BY contact.id
FOR UPDATE OF contact
