-- No row: the two tables that one scoring works in.
DROP TABLE client_facts, documents_set_aside
