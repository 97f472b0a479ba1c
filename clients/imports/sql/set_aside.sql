-- One output row: how many documents are set aside, and their euros in cents as far as they can be read.
SELECT
    count(DISTINCT (file, number)) FILTER (WHERE number <> '') + count(*) FILTER (WHERE number = ''),
    coalesce(sum(cents), 0)::bigint
FROM clients_stagedline
WHERE batch = %(batch)s AND fate IN ('error', 'set-aside')
