-- No row: which documents one scoring reads.
DROP VIEW documents_to_read
