-- One output row: a salesperson that the file names and nobody here bears, with a number of clients.
SELECT staged.owner, count(*)
FROM clients_stagedclient AS staged
WHERE staged.batch = %(batch)s
    AND staged.client IS NOT NULL
    AND staged.owner <> ''
    AND clients_fold(staged.owner) <> ALL(%(owner_names)s::text[])
    AND NOT EXISTS (
        SELECT
        FROM accounts_user AS person
        WHERE person.is_active
            AND clients_fold(staged.owner) IN (
                person.email,
                clients_fold(person.first_name || ' ' || person.last_name),
                clients_fold(person.last_name || ' ' || person.first_name)
            )
    )
GROUP BY staged.owner
ORDER BY count(*) DESC, staged.owner
