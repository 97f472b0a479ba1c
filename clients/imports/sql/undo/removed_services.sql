-- One output row: a service that the import created and that nothing else uses.
DELETE FROM clients_service AS service
USING clients_undonerow AS mine
WHERE mine.batch_id = %(batch)s
    AND mine.fate = 'undone'
    AND mine."table" = 'clients_service'
    AND mine.row_id = service.id
