-- One output row: a table of those asked about that the planner no longer knows: never analysed, or changed by this
-- transaction in more rows than autovacuum lets pass (fifty, and a tenth of what the table held).
SELECT changed.relname
FROM pg_stat_xact_user_tables AS changed
JOIN pg_class AS known ON known.oid = changed.relid
CROSS JOIN LATERAL (SELECT changed.n_tup_ins + changed.n_tup_upd + changed.n_tup_del AS rows) AS written
WHERE changed.schemaname = current_schema()
    AND changed.relname = ANY(%(tables)s)
    AND written.rows > 50
    AND (
        written.rows > known.reltuples / 10
        OR NOT EXISTS (
            SELECT
            FROM pg_stats AS kept
            WHERE kept.schemaname = changed.schemaname AND kept.tablename = changed.relname
        )
    )
ORDER BY changed.relname
