-- One output row: whether some yearly total is to be taken back.
SELECT EXISTS (
    SELECT
    FROM clients_undonerow AS mine
    WHERE mine.batch_id = %(batch)s AND mine.fate = 'undone' AND mine."table" = 'clients_yearlytotal'
)
