-- No row: what finds one document set aside among many.
CREATE INDEX ON documents_set_aside (invoice_id)
