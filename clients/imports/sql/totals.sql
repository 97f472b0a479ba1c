-- One output row: what becomes of the staged documents, with counts, euros and days.
SELECT
    count(*) FILTER (WHERE fate = '' AND NOT is_known) AS created,
    count(*) FILTER (WHERE fate = '' AND is_known AND is_changed) AS updated,
    count(*) FILTER (WHERE fate = '' AND is_known AND NOT is_changed) AS unchanged,
    coalesce(sum(cents) FILTER (WHERE fate = ''), 0)::bigint AS imported_cents,
    min(issued_on) FILTER (WHERE fate = '') AS first_day,
    max(issued_on) FILTER (WHERE fate = '') AS last_day,
    count(*) FILTER (WHERE fate = '' AND issued_on > %(today)s) AS future,
    count(*) FILTER (WHERE fate = '' AND status NOT IN ('issued', 'paid')) AS not_counted,
    coalesce(sum(cents) FILTER (WHERE fate = '' AND status NOT IN ('issued', 'paid')), 0)::bigint AS not_counted_cents
FROM clients_stagedinvoice
WHERE batch = %(batch)s
