-- One output row: a reason for which totals are left out, with their number and euros.
SELECT fate, count(*), sum(cents)::bigint
FROM gathered_totals
WHERE fate <> ''
GROUP BY fate
ORDER BY fate
