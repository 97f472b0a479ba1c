-- One output row: a service that this import is the first to name, by a code and a name that no other bears or was given;
-- noted, since a service does not say which import made it.
WITH made AS (
    INSERT INTO clients_service (code, name, family, is_recurring)
    SELECT staged.code, staged.name, staged.family, false
    FROM clients_stagedservice AS staged
    WHERE staged.batch = %(batch)s
        AND NOT EXISTS (SELECT FROM clients_service AS known WHERE known.code = staged.code)
        AND NOT EXISTS (SELECT FROM clients_servicealias AS alias WHERE alias.name = clients_fold(staged.name))
        AND NOT (
            staged.code = clients_fold(staged.name)
            AND EXISTS (SELECT FROM clients_service AS known WHERE known.sort_name = staged.code)
        )
    ON CONFLICT (code) DO NOTHING
    RETURNING id
)
INSERT INTO clients_importchange (batch_id, "table", row_id, action, before)
SELECT %(batch)s, 'clients_service', made.id, 'created', '{}'
FROM made
