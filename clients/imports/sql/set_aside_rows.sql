-- One output row: a line of a file that is not imported because it, or another line of its document, is in error.
SELECT file, line, fate
FROM clients_stagedline
WHERE batch = %(batch)s AND fate IN ('error', 'set-aside')
ORDER BY file, line
LIMIT %(most)s
