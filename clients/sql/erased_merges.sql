-- One output row: what a client was before a merge, without what tells who they are. Undoing the merge still parts the two.
UPDATE clients_mergedrow AS moved
SET before = CASE
    WHEN moved.before ? 'left' THEN
        jsonb_set(moved.before - %(columns)s::text[], '{left}', (moved.before -> 'left') - %(columns)s::text[])
    ELSE moved.before - %(columns)s::text[]
END
WHERE moved."table" = 'clients_client' AND moved.row_id = ANY(%(clients)s)
