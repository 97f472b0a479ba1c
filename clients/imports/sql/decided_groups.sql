-- One output row: a client of the files decided to be one with another, given the client that one of them is.
UPDATE clients_stagedclient AS staged
SET client = found.client
FROM (
    SELECT coalesce(leader, number) AS leader, min(client) AS client
    FROM clients_stagedclient
    WHERE batch = %(batch)s
    GROUP BY coalesce(leader, number)
    HAVING count(*) > 1 AND min(client) IS NOT NULL
) AS found
WHERE staged.batch = %(batch)s AND staged.client IS NULL AND coalesce(staged.leader, staged.number) = found.leader
