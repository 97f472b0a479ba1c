-- One output row: a yearly total that goes, invoices of its client and period having come.
DELETE FROM clients_yearlytotal AS total
USING clients_importchange AS former
WHERE former.batch_id = %(batch)s
    AND former."table" = 'clients_yearlytotal'
    AND former.action = 'removed'
    AND former.row_id = total.id
