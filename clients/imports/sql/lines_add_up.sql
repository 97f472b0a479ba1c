-- One output row: the number of invoices touched by this import whose lines do not add up to them.
SELECT count(*)
FROM (
    SELECT staged.invoice
    FROM clients_stagedinvoice AS staged
    JOIN clients_invoiceline AS line ON line.invoice_id = staged.invoice
    WHERE staged.batch = %(batch)s AND staged.fate = '' AND staged.is_changed
    GROUP BY staged.invoice, staged.cents
    HAVING sum(line.amount_ht) <> staged.cents::numeric / 100
) AS wrong
