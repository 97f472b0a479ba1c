-- No row: the views that one scoring reads facts through.
DROP VIEW scored_documents, documents_as_written
