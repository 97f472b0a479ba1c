-- One output row: an invoice of this source, in the journals and days that the files cover, which they no longer hold.
-- On the first and last day of a file, only when the file holds another of that journal and day: an export cut in two
-- parts may be cut within a day.
WITH zone AS (
    SELECT journal, first_day, last_day
    FROM unnest(%(journals)s::text[], %(first_days)s::date[], %(last_days)s::date[])
        AS zone (journal, first_day, last_day)
),
held AS (
    SELECT DISTINCT staged.journal, staged.booked_on
    FROM clients_stagedinvoice AS staged
    WHERE staged.batch = %(batch)s
)
SELECT DISTINCT
    invoice.id,
    NOT bool_or(
        invoice.booked_on > zone.first_day AND invoice.booked_on < zone.last_day OR held.journal IS NOT NULL
    ) AS is_boundary
FROM clients_invoice AS invoice
JOIN zone
    ON zone.journal = invoice.journal AND invoice.booked_on BETWEEN zone.first_day AND zone.last_day
LEFT JOIN held ON held.journal = invoice.journal AND held.booked_on = invoice.booked_on
WHERE invoice.source_id = %(source)s
    AND invoice.status IN ('issued', 'paid')
    AND NOT EXISTS (
        SELECT
        FROM clients_stagedinvoice AS staged
        WHERE staged.batch = %(batch)s AND staged.external_id = invoice.external_id
    )
    AND NOT EXISTS (
        SELECT
        FROM unnest(%(set_aside)s::text[]) AS entry (prefix)
        WHERE starts_with(invoice.external_id, entry.prefix)
    )
GROUP BY invoice.id
