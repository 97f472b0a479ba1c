-- No row: the tables that one scoring works in. Whoever reads everything anew has no stale clients.
DROP TABLE IF EXISTS client_facts, habits, stale_clients, documents_set_aside, documents_rewritten
