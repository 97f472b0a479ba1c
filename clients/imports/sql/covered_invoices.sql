-- One output row: the number of counted invoices of this source in the journals and days that the files cover.
SELECT count(DISTINCT invoice.id)
FROM clients_invoice AS invoice
JOIN unnest(%(journals)s::text[], %(first_days)s::date[], %(last_days)s::date[])
    AS zone (journal, first_day, last_day)
    ON zone.journal = invoice.journal AND invoice.booked_on BETWEEN zone.first_day AND zone.last_day
WHERE invoice.source_id = %(source)s AND invoice.status IN ('issued', 'paid')
