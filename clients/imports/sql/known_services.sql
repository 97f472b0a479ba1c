-- One output row: a staged service with the service it is: by its code, by a name somebody gave it, else the first of
-- that name.
UPDATE clients_stagedservice AS staged
SET service = coalesce(
    (SELECT known.id FROM clients_service AS known WHERE known.code = staged.code),
    (SELECT alias.service_id FROM clients_servicealias AS alias WHERE alias.name = clients_fold(staged.name)),
    (SELECT min(known.id) FROM clients_service AS known WHERE known.sort_name = clients_fold(staged.name))
)
WHERE staged.batch = %(batch)s
