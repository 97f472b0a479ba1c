-- One output row: a client without owner that the file gives to somebody active, named by e-mail or full name.
UPDATE clients_client AS client
SET owner_id = named.person
FROM (
    SELECT staged.client, min(person.id) AS person
    FROM clients_stagedclient AS staged
    JOIN accounts_user AS person
        ON person.is_active
        AND (
            clients_fold(staged.owner) IN (
                person.email,
                clients_fold(person.first_name || ' ' || person.last_name),
                clients_fold(person.last_name || ' ' || person.first_name)
            )
            OR (clients_fold(staged.owner), person.id) IN (
                SELECT decided.name, decided.person
                FROM unnest(%(owner_names)s::text[], %(owner_ids)s::bigint[]) AS decided (name, person)
            )
        )
    WHERE staged.batch = %(batch)s AND staged.client IS NOT NULL AND staged.owner <> ''
    GROUP BY staged.client
    HAVING count(DISTINCT person.id) = 1
) AS named
WHERE client.id = named.client AND client.owner_id IS NULL
