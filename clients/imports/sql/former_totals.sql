-- One output row: the state of a yearly total before this import changes it.
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT %(batch)s, 'clients_yearlytotal', former.id, 'updated', to_jsonb(former)
FROM gathered_totals AS gathered
JOIN clients_yearlytotal AS former ON former.id = gathered.known_id
WHERE gathered.fate = '' AND gathered.is_changed
