-- One output row, or none: that this import staged yearly totals at all.
SELECT 1
FROM clients_stagedtotal
WHERE batch = %(batch)s
LIMIT 1
