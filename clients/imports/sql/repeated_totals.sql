-- One output row: in how many documents of several lines each line bears the same amount, and in how many not.
SELECT
    count(*) FILTER (WHERE lowest = highest) AS same,
    count(*) FILTER (WHERE lowest <> highest) AS different
FROM (
    SELECT min(cents) AS lowest, max(cents) AS highest
    FROM clients_stagedline
    WHERE batch = %(batch)s AND fate = '' AND external_id <> ''
    GROUP BY file, external_id
    HAVING count(*) > 1
) AS documents
