-- No row: the working tables that comparing runs needs.
DROP TABLE documents_set_aside, documents_rewritten
