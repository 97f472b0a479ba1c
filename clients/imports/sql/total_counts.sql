-- One output row: what becomes of the totals of this import, with counts, euros and days; how many clients and periods
-- had several rows, and those rows; how many totals begin after the newest counted invoice, and its day.
SELECT
    count(*) FILTER (WHERE fate = '' AND known_id IS NULL) AS created,
    count(*) FILTER (WHERE fate = '' AND is_changed) AS updated,
    count(*) FILTER (WHERE fate = '' AND known_id IS NOT NULL AND NOT is_changed) AS unchanged,
    coalesce(sum(cents) FILTER (WHERE fate = ''), 0)::bigint AS imported_cents,
    min(first_day) FILTER (WHERE fate = '') AS first_day,
    max(last_day) FILTER (WHERE fate = '') AS last_day,
    count(*) FILTER (WHERE fate = '' AND row_count > 1) AS summed,
    coalesce(sum(row_count) FILTER (WHERE fate = '' AND row_count > 1), 0)::bigint AS summed_rows,
    count(*) FILTER (WHERE fate = '' AND first_day > newest.issued_on) AS later,
    max(newest.issued_on) AS newest_invoice_on
FROM gathered_totals
CROSS JOIN (
    SELECT max(issued_on) AS issued_on FROM clients_invoice WHERE status IN ('issued', 'paid')
) AS newest
