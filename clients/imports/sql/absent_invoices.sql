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
),
-- A set difference rather than an anti-join: it stays linear when the statistics of facts just written are not there yet.
absent AS MATERIALIZED (
    SELECT invoice.id
    FROM clients_invoice AS invoice
    WHERE invoice.source_id = %(source)s
        AND invoice.status IN ('issued', 'paid')
        AND invoice.journal = ANY(%(journals)s::text[])
    EXCEPT
    SELECT staged.invoice
    FROM clients_stagedinvoice AS staged
    WHERE staged.batch = %(batch)s
)
SELECT
    invoice.id,
    NOT bool_or(
        invoice.booked_on > zone.first_day AND invoice.booked_on < zone.last_day OR held.journal IS NOT NULL
    ) AS is_boundary
FROM absent
JOIN clients_invoice AS invoice ON invoice.id = absent.id
JOIN zone
    ON zone.journal = invoice.journal AND invoice.booked_on BETWEEN zone.first_day AND zone.last_day
LEFT JOIN held ON held.journal = invoice.journal AND held.booked_on = invoice.booked_on
WHERE NOT EXISTS (
    SELECT
    FROM unnest(%(set_aside)s::text[]) AS entry (prefix)
    WHERE starts_with(invoice.external_id, entry.prefix)
)
GROUP BY invoice.id
