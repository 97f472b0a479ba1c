-- One output row: the number of invoices given back their former state whose lines do not add up to them.
SELECT count(*)
FROM (
    SELECT invoice.id
    FROM clients_importchange AS change
    JOIN clients_undonerow AS mine
        ON mine.batch_id = %(batch)s AND mine."table" = 'clients_invoice' AND mine.row_id = change.row_id
    JOIN clients_invoice AS invoice ON invoice.id = change.row_id
    JOIN clients_invoiceline AS line ON line.invoice_id = invoice.id
    WHERE change.batch_id = %(batch)s AND change."table" = 'clients_invoice' AND mine.fate = 'undone'
    GROUP BY invoice.id, invoice.amount_ht
    HAVING sum(line.amount_ht) <> invoice.amount_ht
) AS wrong
