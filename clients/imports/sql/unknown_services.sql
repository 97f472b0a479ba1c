-- One output row: a service of the files that the catalogue does not hold, by its code, a name or a name it was given.
SELECT staged.name, count(*), sum(line.cents)::bigint
FROM clients_stagedservice AS staged
JOIN clients_stagedline AS line ON line.batch = staged.batch AND line.service = staged.number AND line.fate = ''
WHERE staged.batch = %(batch)s
    AND NOT EXISTS (SELECT FROM clients_service AS known WHERE known.code = staged.code)
    AND NOT EXISTS (SELECT FROM clients_service AS known WHERE known.sort_name = clients_fold(staged.name))
    AND NOT EXISTS (SELECT FROM clients_servicealias AS alias WHERE alias.name = clients_fold(staged.name))
GROUP BY staged.number, staged.name
ORDER BY abs(sum(line.cents)) DESC, staged.name
LIMIT %(most)s
