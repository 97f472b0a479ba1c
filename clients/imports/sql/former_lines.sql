-- One output row: a line that the new version of its invoice replaces.
DELETE FROM clients_invoiceline AS line
USING clients_stagedinvoice AS staged
WHERE staged.batch = %(batch)s
    AND staged.fate = ''
    AND staged.is_known
    AND staged.is_changed
    AND NOT staged.keeps_lines
    AND line.invoice_id = staged.invoice
