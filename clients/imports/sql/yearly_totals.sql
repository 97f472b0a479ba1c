-- One output row: a yearly total created, or changed because this version of it differs.
INSERT INTO clients_yearlytotal (source_id, client_id, first_day, last_day, amount_ht, created_by_import_id)
SELECT %(source)s, client_id, first_day, last_day, cents::numeric / 100, %(batch)s
FROM gathered_totals
WHERE fate = '' AND (known_id IS NULL OR is_changed)
ON CONFLICT (source_id, client_id, first_day) DO UPDATE
SET last_day = excluded.last_day, amount_ht = excluded.amount_ht
