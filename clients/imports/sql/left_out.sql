-- One output row: a reason for which staged documents are left out, with their number and euros.
SELECT fate, count(*), coalesce(sum(cents), 0)::bigint
FROM clients_stagedinvoice
WHERE batch = %(batch)s AND fate <> ''
GROUP BY fate
ORDER BY fate
