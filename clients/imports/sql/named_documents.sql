-- One output row: a document of this import that says it is about another of its source, whether that is known or not.
INSERT INTO clients_nameddocument (source_id, external_id, named)
SELECT %(source)s, external_id, named
FROM clients_stagedlink
WHERE batch = %(batch)s
ON CONFLICT (source_id, external_id, named) DO NOTHING
